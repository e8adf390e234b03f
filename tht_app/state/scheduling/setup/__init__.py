"""The screens on which a clinic sets up its calendar and queue."""
