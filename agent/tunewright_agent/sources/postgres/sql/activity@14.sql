SELECT a.pid, a.datname::text AS database, a.usename::text AS role, coalesce(a.application_name, '') AS application,
       a.client_addr::text AS client, a.backend_type, a.state, a.wait_event_type, a.wait_event, a.backend_start, a.xact_start,
       a.query_start, a.state_change, a.query, a.query_id::text AS query_id,
       pg_catalog.age(a.backend_xmin) AS xmin_age, pg_catalog.age(a.backend_xid) AS xid_age,
       CASE WHEN a.wait_event_type = 'Lock' THEN pg_catalog.pg_blocking_pids(a.pid) END AS blocked_by,
       a.pid = pg_catalog.pg_backend_pid() AS is_self,
       pg_catalog.pg_size_bytes(current_setting('track_activity_query_size')) AS text_limit
FROM pg_catalog.pg_stat_activity a
