"""What the encounter screen is built from."""
