"""Cases of the group `changes`."""
