"""Checks of the group `locks`."""
