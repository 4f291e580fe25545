WITH RECURSIVE named AS (
  SELECT coalesce(i.indrelid, c.oid) AS oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  WHERE c.relname = %s AND coalesce(n.nspname = %s::text, n.nspname <> 'information_schema' AND n.nspname !~ '^pg_')
    AND c.relkind IN ('r', 'p', 'm', 'i', 'I', 'v')
  ORDER BY n.nspname = 'public' DESC, n.nspname
  LIMIT 1
), parts AS (
  SELECT oid FROM named
  UNION ALL
  SELECT h.inhrelid FROM parts p JOIN pg_catalog.pg_inherits h ON h.inhparent = p.oid
)
SELECT d.oid::int8 AS oid, n.nspname::text AS schema, d.relname::text AS name, current_setting('block_size')::int8 AS block_size,
       (SELECT sum(greatest(c.relpages, 0))::int8 FROM parts p JOIN pg_catalog.pg_class c ON c.oid = p.oid) AS heap_pages,
       (SELECT coalesce(sum(greatest(t.relpages, 0)), 0)::int8 FROM parts p JOIN pg_catalog.pg_class c ON c.oid = p.oid
        JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid) AS toast_pages,
       (SELECT coalesce(sum(greatest(x.relpages, 0)), 0)::int8 FROM parts p JOIN pg_catalog.pg_index i ON i.indrelid = p.oid
        JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid) AS index_pages,
       (SELECT sum(greatest(c.reltuples, 0))::float8 FROM parts p JOIN pg_catalog.pg_class c ON c.oid = p.oid) AS rows,
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = d.oid AND a.attnum > 0 AND NOT a.attisdropped
             ORDER BY a.attnum) AS column_names,
       ARRAY(SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = d.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS column_types
FROM named
JOIN pg_catalog.pg_class d ON d.oid = named.oid
JOIN pg_catalog.pg_namespace n ON n.oid = d.relnamespace
