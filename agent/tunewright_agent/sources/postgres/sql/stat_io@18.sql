SELECT i.backend_type, i.object, i.context, coalesce(i.reads, 0) AS reads, coalesce(i.read_bytes, 0)::int8 AS read_bytes,
       coalesce(i.read_time, 0) AS read_ms, coalesce(i.writes, 0) AS writes, coalesce(i.write_bytes, 0)::int8 AS write_bytes,
       coalesce(i.write_time, 0) AS write_ms, coalesce(i.extends, 0) AS extends, coalesce(i.hits, 0) AS hits,
       coalesce(i.evictions, 0) AS evictions, coalesce(i.reuses, 0) AS reuses, coalesce(i.fsyncs, 0) AS fsyncs, i.stats_reset
FROM pg_catalog.pg_stat_io i
