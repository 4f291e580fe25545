SELECT server_id AS server, session_id = 'MASTER_SESSION_ID' AS is_writer, replica_lag_in_milliseconds AS lag_ms, cpu AS cpu_percent,
  last_update_timestamp AS last_update
FROM information_schema.replica_host_status
