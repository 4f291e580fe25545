"""Checks of the group `plans`."""
