SELECT trx_mysql_thread_id AS pid, trx_started AS started, trx_wait_started AS wait_started, trx_state AS state,
  trx_rows_modified AS rows_modified
FROM information_schema.innodb_trx
