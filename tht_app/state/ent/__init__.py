"""Screens' traffic around the examination of ear, nose and throat."""
