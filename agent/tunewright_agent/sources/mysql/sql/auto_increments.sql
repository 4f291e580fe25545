SELECT c.table_schema AS db, c.table_name AS name, c.column_name AS column_name, c.column_type AS column_type, t.auto_increment AS next_value
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE c.extra LIKE '%auto_increment%' AND t.table_type = 'BASE TABLE'
  AND c.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'tunewright')
