SELECT * FROM information_schema.statistics
WHERE table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'tunewright')
ORDER BY table_schema, table_name, index_name, seq_in_index
