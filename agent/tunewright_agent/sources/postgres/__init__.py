"""Sources of PostgreSQL 13 to 18: self-managed, RDS and Aurora."""
