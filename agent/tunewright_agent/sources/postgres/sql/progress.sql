SELECT 'index build' AS kind, p.pid, p.datname::text AS database, p.relid::bigint AS relation, p.index_relid::bigint AS part, p.command, p.phase,
       p.blocks_total, p.blocks_done, 0::bigint AS passes, a.query_start AS began
FROM pg_catalog.pg_stat_progress_create_index p
LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(p.pid) a ON true
UNION ALL
SELECT 'vacuum', p.pid, p.datname::text, p.relid::bigint, 0, CASE WHEN a.backend_type = 'autovacuum worker' THEN 'autovacuum' ELSE 'VACUUM' END,
       p.phase, p.heap_blks_total, p.heap_blks_scanned, p.index_vacuum_count, a.query_start
FROM pg_catalog.pg_stat_progress_vacuum p
LEFT JOIN LATERAL pg_catalog.pg_stat_get_activity(p.pid) a ON true
