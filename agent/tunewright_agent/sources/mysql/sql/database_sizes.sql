SELECT table_schema AS db, SUM(data_length + index_length) AS bytes FROM information_schema.tables
WHERE table_type = 'BASE TABLE' GROUP BY table_schema
