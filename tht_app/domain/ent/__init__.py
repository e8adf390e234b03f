"""What the clinic knows about the examination of ear, nose and throat."""
