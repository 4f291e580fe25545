"""Readers of MySQL's and MariaDB's EXPLAIN output."""
