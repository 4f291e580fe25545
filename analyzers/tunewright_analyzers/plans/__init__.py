"""Readers that make PlanNode trees of the engines' EXPLAIN output."""
