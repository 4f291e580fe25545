SELECT l.pid, d.datname::text AS database, l.locktype, l.mode, l.granted, l.waitstart AS waiting_since,
       CASE WHEN l.relation IS NOT NULL THEN coalesce(n.nspname || '.' || c.relname, 'relation ' || l.relation::text) END AS relation
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_database d ON d.oid = l.database
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation AND d.datname = current_database()
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  AND (NOT l.granted OR l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
       AND l.locktype IN ('relation', 'advisory'))
ORDER BY l.granted, l.pid
LIMIT 2000
