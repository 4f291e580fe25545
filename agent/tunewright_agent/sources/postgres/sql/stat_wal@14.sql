SELECT w.wal_records, w.wal_fpi, w.wal_bytes::int8 AS wal_bytes, w.wal_buffers_full, w.stats_reset FROM pg_catalog.pg_stat_wal w
