SELECT object_schema AS db, object_name AS name, index_name AS index_name, count_fetch AS fetched, count_insert AS inserted, count_update AS updated,
  count_delete AS deleted, sum_timer_wait AS wait_ps
FROM performance_schema.table_io_waits_summary_by_index_usage
WHERE object_type = 'TABLE' AND object_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'tunewright')
  AND (count_star > 0)
