"""SQL of the visit's record, one file a kind of fact."""
