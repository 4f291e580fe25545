SELECT b.checkpoints_timed AS timed, b.checkpoints_req AS requested, b.checkpoint_write_time AS write_ms, b.checkpoint_sync_time AS sync_ms,
       b.buffers_checkpoint AS buffers_written, b.buffers_clean, b.maxwritten_clean, b.buffers_alloc,
       b.buffers_backend, b.buffers_backend_fsync, b.stats_reset
FROM pg_catalog.pg_stat_bgwriter b
