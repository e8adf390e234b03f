"""What the owner sees of the backups."""
