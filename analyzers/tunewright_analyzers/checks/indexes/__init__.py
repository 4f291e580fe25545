"""Checks of the group `indexes`."""
