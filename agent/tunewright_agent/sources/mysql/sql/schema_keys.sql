SELECT k.table_schema AS db, k.table_name AS name, k.constraint_name AS constraint_name, t.constraint_type AS kind, k.column_name AS column_name,
  k.referenced_table_schema AS referenced_db, k.referenced_table_name AS referenced_name, k.referenced_column_name AS referenced_column,
  r.delete_rule AS on_delete, r.update_rule AS on_update
FROM information_schema.key_column_usage k
JOIN information_schema.table_constraints t ON t.constraint_schema = k.constraint_schema AND t.constraint_name = k.constraint_name
  AND t.table_name = k.table_name
LEFT JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema
  AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'tunewright')
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position
