"""Parts of the queue's screens."""
