"""SQL of the pharmacy."""
