SELECT n.nspname::text AS schema, e.extversion AS version,
       pg_catalog.current_setting('pg_stat_statements.max', true)::int AS max_entries,
       pg_catalog.current_setting('pg_stat_statements.track', true) AS track
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'
