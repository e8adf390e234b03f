"""The owner's view of the backups."""
