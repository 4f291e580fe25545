SELECT t.processlist_id AS pid, t.thread_id AS thread, t.processlist_db AS db, t.processlist_user AS account, t.processlist_host AS host,
  t.processlist_command AS command, t.processlist_time AS seconds, t.processlist_state AS state, t.processlist_info AS info,
  t.name AS thread_name, t.processlist_id = CONNECTION_ID() AS is_self,
  s.sql_text AS sql_text, s.digest_text AS digest_text, s.timer_wait AS statement_ps, s.end_event_id IS NULL AS running,
  (SELECT MIN(a.attr_value) FROM performance_schema.session_connect_attrs a
    WHERE a.processlist_id = t.processlist_id AND a.attr_name = 'program_name') AS program
FROM performance_schema.threads t
LEFT JOIN performance_schema.events_statements_current s ON s.thread_id = t.thread_id AND s.nesting_event_level = 0
WHERE t.processlist_id IS NOT NULL
