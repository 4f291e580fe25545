WITH locked AS MATERIALIZED (
  SELECT l.relation FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
SELECT o.conname::text AS name, n.nspname::text AS schema, c.relname::text AS table_name, o.contype::text AS kind,
       ARRAY(SELECT a.attname::text FROM unnest(o.conkey) WITH ORDINALITY k(attnum, n)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = o.conrelid AND a.attnum = k.attnum ORDER BY k.n) AS columns,
       fn.nspname::text AS referenced_schema, f.relname::text AS referenced_name,
       ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY k(attnum, n)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = o.confrelid AND a.attnum = k.attnum ORDER BY k.n) AS referenced_columns,
       o.confdeltype::text AS on_delete, o.confupdtype::text AS on_update, o.convalidated, o.condeferrable,
       CASE WHEN o.conrelid NOT IN (SELECT relation FROM locked) THEN pg_catalog.pg_get_constraintdef(o.oid) END AS definition,
       o.conrelid IN (SELECT relation FROM locked) AS is_locked, xn.nspname::text AS index_schema, x.relname::text AS index_name
FROM pg_catalog.pg_constraint o
JOIN pg_catalog.pg_class c ON c.oid = o.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_class f ON f.oid = o.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_catalog.pg_class x ON x.oid = o.conindid AND o.contype <> 'f'
LEFT JOIN pg_catalog.pg_namespace xn ON xn.oid = x.relnamespace
WHERE o.contype IN ('p', 'u', 'f', 'c', 'x', 'n') AND o.conparentid = 0
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY 2, 3, 1
