SELECT c.num_timed AS timed, c.num_requested AS requested, c.write_time AS write_ms, c.sync_time AS sync_ms,
       c.buffers_written, b.buffers_clean, b.maxwritten_clean, b.buffers_alloc,
       NULL::int8 AS buffers_backend, NULL::int8 AS buffers_backend_fsync, greatest(c.stats_reset, b.stats_reset) AS stats_reset
FROM pg_catalog.pg_stat_checkpointer c CROSS JOIN pg_catalog.pg_stat_bgwriter b
