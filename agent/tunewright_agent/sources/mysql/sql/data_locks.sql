SELECT t.processlist_id AS pid, l.object_schema AS db, l.object_name AS name, l.index_name AS index_name, l.lock_type AS lock_type,
  l.lock_mode AS mode, l.lock_status AS status
FROM performance_schema.data_locks l
JOIN performance_schema.threads t ON t.thread_id = l.thread_id
WHERE l.engine_lock_id IN (SELECT requesting_engine_lock_id FROM performance_schema.data_lock_waits
  UNION SELECT blocking_engine_lock_id FROM performance_schema.data_lock_waits)
LIMIT 500
