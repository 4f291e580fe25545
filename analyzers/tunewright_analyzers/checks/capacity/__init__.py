"""Checks of what runs full, and when."""
