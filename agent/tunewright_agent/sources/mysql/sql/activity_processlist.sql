SELECT id AS pid, NULL AS thread, db AS db, user AS account, host AS host, command AS command, time AS seconds, state AS state, info AS info,
  'processlist' AS thread_name, id = CONNECTION_ID() AS is_self, NULL AS sql_text, NULL AS digest_text, NULL AS statement_ps, 0 AS running,
  NULL AS program
FROM information_schema.processlist
