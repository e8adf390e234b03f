"""Screens' traffic around templates of a note."""
