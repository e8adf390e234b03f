"""The audit log: its proof, its entries, who opened a record."""
