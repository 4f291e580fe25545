"""Checks of the group `changes`."""
