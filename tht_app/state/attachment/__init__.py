"""Screens of the files of a visit."""
