"""Who may open a record, as screens show it."""
