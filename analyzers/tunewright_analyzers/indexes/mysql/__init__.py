"""Index advice for MySQL and MariaDB: a model of what each index spares, and the ladder by which a proposal is verified."""
