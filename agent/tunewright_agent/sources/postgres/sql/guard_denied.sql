SELECT DISTINCT n.nspname::text AS schema, c.relname::text AS name,
       pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usage,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY (%s::name[]) AND c.relkind IN ('r', 'p', 'v', 'm')
  AND n.nspname::text !~ '^pg_' AND n.nspname::text <> 'information_schema'
ORDER BY 1, 2
