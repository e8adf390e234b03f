"""Screens about what leaves the house."""
