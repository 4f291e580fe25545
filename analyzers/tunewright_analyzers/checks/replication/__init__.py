"""Checks of the group `replication`."""
