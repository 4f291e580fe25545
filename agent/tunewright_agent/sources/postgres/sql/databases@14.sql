SELECT d.datname::text AS name,
       CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') OR pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
            THEN pg_catalog.pg_database_size(d.oid) END AS size_bytes,
       coalesce(s.numbackends, 0) AS connections, coalesce(s.xact_commit, 0) AS commits, coalesce(s.xact_rollback, 0) AS rollbacks,
       coalesce(s.blks_hit, 0) AS blocks_hit, coalesce(s.blks_read, 0) AS blocks_read,
       coalesce(s.tup_returned, 0) AS rows_returned, coalesce(s.tup_fetched, 0) AS rows_fetched,
       coalesce(s.tup_inserted, 0) AS rows_inserted, coalesce(s.tup_updated, 0) AS rows_updated,
       coalesce(s.tup_deleted, 0) AS rows_deleted, coalesce(s.conflicts, 0) AS conflicts,
       coalesce(s.temp_files, 0) AS temp_files, coalesce(s.temp_bytes, 0) AS temp_bytes, coalesce(s.deadlocks, 0) AS deadlocks,
       coalesce(s.blk_read_time, 0) AS read_ms, coalesce(s.blk_write_time, 0) AS write_ms,
       pg_catalog.age(d.datfrozenxid) AS xid_age, pg_catalog.mxid_age(d.datminmxid) AS mxid_age,
       s.active_time AS active_ms, s.idle_in_transaction_time AS idle_in_transaction_ms, s.checksum_failures, s.stats_reset
FROM pg_catalog.pg_database d
LEFT JOIN pg_catalog.pg_stat_database s ON s.datid = d.oid
WHERE d.datallowconn
ORDER BY d.datname
