"""What is remembered: counters as deltas, the newest state, plans, events, findings, and what became of recommendations."""
