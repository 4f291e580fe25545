SELECT table_schema AS db, table_name AS name, engine AS engine, row_format AS row_format, table_rows AS row_estimate, data_length AS data_bytes,
  index_length AS index_bytes, data_free AS free_bytes, auto_increment AS auto_increment, create_time AS created, update_time AS updated,
  table_collation AS collation, create_options AS options
FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'tunewright')
