"""Files of visits: sending them, showing them."""
