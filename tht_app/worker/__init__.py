"""What works while nobody looks at a screen."""
