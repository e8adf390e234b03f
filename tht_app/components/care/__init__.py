"""Who may open a record: emergency access, its review, the rules."""
