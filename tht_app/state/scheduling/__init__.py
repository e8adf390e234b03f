"""What the calendar's screens remember and do."""
