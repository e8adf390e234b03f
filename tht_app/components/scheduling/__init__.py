"""Parts of the calendar's screens."""
