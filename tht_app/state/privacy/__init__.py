"""Requests of people about their own data."""
