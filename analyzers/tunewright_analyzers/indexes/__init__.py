"""Index advice: candidates, the what-if protocol, the choice, and hygiene of the indexes that exist."""
