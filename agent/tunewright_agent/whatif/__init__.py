"""Planner oracles: the twin (an embedded PostgreSQL with production's schema and statistics) and HypoPG on the live server."""
