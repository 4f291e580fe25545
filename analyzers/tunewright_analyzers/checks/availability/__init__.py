"""Checks of whether the servers can be reached."""
