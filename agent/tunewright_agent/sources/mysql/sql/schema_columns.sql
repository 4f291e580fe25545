SELECT table_schema AS db, table_name AS name, column_name AS column_name, ordinal_position AS position, column_type AS type,
  data_type AS base_type, is_nullable AS nullable, column_default AS column_default, collation_name AS collation, extra AS extra,
  generation_expression AS generation
FROM information_schema.columns
WHERE table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'tunewright')
ORDER BY table_schema, table_name, ordinal_position
