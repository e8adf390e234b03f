"""What the screens of templates are built from."""
