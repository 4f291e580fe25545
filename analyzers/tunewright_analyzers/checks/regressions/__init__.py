"""Checks of the group `regressions`."""
