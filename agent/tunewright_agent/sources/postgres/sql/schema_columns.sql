WITH locked AS MATERIALIZED (
  SELECT l.relation FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
SELECT n.nspname::text AS schema, c.relname::text AS table_name, a.attname::text AS name, a.attnum AS position,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       pg_catalog.format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, NULL) AS base_type,
       a.attnotnull AS not_null, a.atthasdef AS has_default, CASE WHEN a.attrelid NOT IN (SELECT relation FROM locked) THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END AS default_text,
       a.atthasdef AND a.attrelid IN (SELECT relation FROM locked) AS is_locked,
       a.attidentity::text AS identity, a.attgenerated::text AS generated, co.collname::text AS collation,
       nullif(coalesce(a.attstattarget, -1), -1)::int AS statistics_target, a.attstorage::text AS storage
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
WHERE c.relkind IN ('r', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY 1, 2, 4
