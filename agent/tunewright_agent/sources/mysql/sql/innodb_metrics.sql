SELECT name AS name, count AS value, type AS type FROM information_schema.innodb_metrics
WHERE name IN ('trx_rseg_history_len', 'lock_deadlocks', 'lock_timeouts', 'lock_row_lock_waits', 'log_lsn_checkpoint_age', 'log_max_modified_age_async',
  'log_max_modified_age_sync', 'buffer_pool_wait_free', 'log_waits', 'buffer_pages_read', 'buffer_pages_written', 'index_page_splits')
