SELECT l.object_type AS kind, l.object_schema AS db, l.object_name AS name, l.lock_type AS mode, l.lock_status AS status, t.processlist_id AS pid
FROM performance_schema.metadata_locks l
JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
JOIN (SELECT DISTINCT object_type, object_schema, object_name FROM performance_schema.metadata_locks WHERE lock_status = 'PENDING') p
  ON p.object_type = l.object_type AND p.object_schema <=> l.object_schema AND p.object_name <=> l.object_name
WHERE t.processlist_id IS NOT NULL
