"""What makes screens move: rows change, PostgreSQL says so, the screens that look at them are read again once each."""
