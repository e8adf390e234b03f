"""What the clinic knows about medicines: quantities, directions, prescriptions, stock. No clock, no I/O."""
