"""The demo: an embedded PostgreSQL with a shop full of real mistakes, its workload, and the hand that applies advice to it alone."""
