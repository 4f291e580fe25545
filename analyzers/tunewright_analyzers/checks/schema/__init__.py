"""Checks of the group `schema`."""
