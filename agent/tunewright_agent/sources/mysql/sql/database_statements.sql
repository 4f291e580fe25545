SELECT schema_name AS db, SUM(sum_rows_sent) AS sent, SUM(sum_rows_examined) AS examined, SUM(sum_timer_wait) AS wait_ps,
  SUM(sum_created_tmp_disk_tables) AS temp_files
FROM performance_schema.events_statements_summary_by_digest WHERE schema_name IS NOT NULL GROUP BY schema_name
