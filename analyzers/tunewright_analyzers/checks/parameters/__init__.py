"""Checks of the group `parameters`."""
