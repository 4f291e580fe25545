SELECT x.trx_mysql_thread_id AS pid, NULL AS db, l.lock_table AS name, l.lock_index AS index_name, l.lock_type AS lock_type, l.lock_mode AS mode,
  CASE WHEN x.trx_requested_lock_id = l.lock_id THEN 'WAITING' ELSE 'GRANTED' END AS status
FROM information_schema.innodb_locks l
JOIN information_schema.innodb_trx x ON x.trx_id = l.lock_trx_id
LIMIT 500
