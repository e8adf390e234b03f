"""What leaves the house: how mail stands, what has trouble, the note at the front desk."""
