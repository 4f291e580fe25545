"""MySQL's and MariaDB's SQL: redaction, identity, what a statement filters, joins and sorts, and the SELECT that reads what a write would."""
