"""Grafana dashboards (issue 6)."""
