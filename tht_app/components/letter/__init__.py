"""Letters: writing, listing, wording."""
