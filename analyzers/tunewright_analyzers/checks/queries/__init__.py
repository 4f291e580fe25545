"""Checks of the group `queries`."""
