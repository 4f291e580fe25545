"""Checks of what the server's log tells."""
