"""Checks of the group `maintenance`."""
