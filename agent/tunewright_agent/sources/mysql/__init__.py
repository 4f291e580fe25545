"""MySQL and MariaDB: sessions, sources and the guarded EXPLAIN."""
