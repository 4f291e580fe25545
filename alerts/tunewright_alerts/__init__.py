"""Alerts and notifications (issue 6)."""
