"""What the queue's screens remember and do."""
