"""Grafana dashboards: boards (what is shown) -> frame (Grafana's JSON by its SDK) -> *.json, committed, exported and published from there."""
