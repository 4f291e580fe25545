"""Checks of what is paid for and not needed."""
