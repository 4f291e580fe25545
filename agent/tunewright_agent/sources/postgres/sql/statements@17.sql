SELECT s.queryid::text AS query_id, d.datname::text AS database, r.rolname::text AS role, s.toplevel AS toplevel,
       s.calls, s.total_exec_time, s.min_exec_time, s.max_exec_time, s.stddev_exec_time, s.rows,
       s.plans, s.total_plan_time, s.shared_blks_hit, s.shared_blks_read, s.shared_blks_dirtied, s.shared_blks_written,
       s.local_blks_read, s.local_blks_written, s.temp_blks_read, s.temp_blks_written, s.wal_bytes::int8 AS wal_bytes,
       s.shared_blk_read_time AS read_time, s.shared_blk_write_time AS write_time,
       s.jit_generation_time + s.jit_inlining_time + s.jit_optimization_time + s.jit_emission_time + s.jit_deform_time AS jit_time,
       s.stats_since
FROM {schema}.pg_stat_statements(false) s
LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.userid
