"""Screens' traffic around a visit."""
