"""What the ENT examination is built from."""
