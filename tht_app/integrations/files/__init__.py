"""Where the bytes of attached files lie: sealed in frames, on the disk behind an interface of four words."""
