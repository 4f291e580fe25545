SELECT t.processlist_user AS account, t.processlist_host AS host, t.connection_type AS way, COUNT(*) AS sessions,
  t.processlist_id = CONNECTION_ID() AS own
FROM performance_schema.threads t
WHERE t.processlist_id IS NOT NULL AND t.processlist_user IS NOT NULL AND t.type = 'FOREGROUND'
  AND t.processlist_command NOT IN ('Daemon') AND t.connection_type IS NOT NULL
GROUP BY t.processlist_user, t.processlist_host, t.connection_type, own
