"""Backups: made, read back, put back, rehearsed. What is in one is said in docs/runbooks/pemulihan.md."""
