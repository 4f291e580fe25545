SELECT a.name::text AS name, a.installed_version AS installed, a.default_version AS available, n.nspname::text AS schema
FROM pg_catalog.pg_available_extensions a
LEFT JOIN pg_catalog.pg_extension e ON e.extname = a.name
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE a.installed_version IS NOT NULL
   OR a.name IN ('pg_stat_statements', 'hypopg', 'pgstattuple', 'pg_buffercache', 'pg_repack', 'pg_trgm', 'btree_gin', 'auto_explain', 'pg_hint_plan')
ORDER BY a.name
