SELECT DISTINCT r.processlist_id AS waiting, b.processlist_id AS blocking
FROM performance_schema.data_lock_waits w
JOIN performance_schema.threads r ON r.thread_id = w.requesting_thread_id
JOIN performance_schema.threads b ON b.thread_id = w.blocking_thread_id
