SELECT id AS id, user AS account, host AS host, command AS command, state AS state FROM information_schema.processlist
WHERE command IN ('Binlog Dump', 'Binlog Dump GTID')
