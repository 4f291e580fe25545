"""Checks of what could be restored."""
