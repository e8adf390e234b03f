"""Requests of people about their own data, on screens."""
