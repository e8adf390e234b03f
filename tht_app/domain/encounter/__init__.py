"""What the clinic knows about a visit: its life, its note, vitals, allergies, diagnoses and signature."""
