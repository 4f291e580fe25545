"""What became slower, and what changed around it: pure maths over buckets of 5 minutes and hours."""
