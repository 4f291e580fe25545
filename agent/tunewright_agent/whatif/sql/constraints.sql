-- Checks, keys and foreign keys; a partition's copy of its parent's foreign key comes with the parent.
SELECT n.nspname AS schema, c.relname AS table_name, c.relkind::text AS kind, k.conname AS name, k.contype::text AS type,
       pg_get_constraintdef(k.oid) AS definition
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('c', 'p', 'u', 'x', 'f') AND (k.conparentid = 0 OR k.contype <> 'f')
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tunewright') AND c.relpersistence <> 't'
ORDER BY k.oid
