SELECT s.server_id::text AS server, s.session_id = 'MASTER_SESSION_ID' AS is_writer, s.replica_lag_in_msec::float8 AS lag_ms,
       CASE WHEN s.feedback_xmin::text::int8 > 0 THEN pg_catalog.age(s.feedback_xmin::text::xid) END AS xmin_age,
       s.cpu::float8 AS cpu_percent, s.last_update_timestamp AS last_update
FROM aurora_replica_status() s
