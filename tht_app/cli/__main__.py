"""`python -m tht_app.cli` is the same as `tht`."""

from tht_app.cli.main import main

main()
