SELECT coalesce(r.application_name, '') AS application, r.usename::text AS role, r.client_addr::text AS client,
       coalesce(r.state, 'hidden') AS state, coalesce(r.sync_state, 'hidden') AS sync_state,
       pg_catalog.pg_wal_lsn_diff(p.at, r.sent_lsn)::int8 AS sent_lag_bytes,
       pg_catalog.pg_wal_lsn_diff(p.at, r.replay_lsn)::int8 AS replay_lag_bytes,
       extract(epoch FROM r.write_lag)::float8 AS write_lag, extract(epoch FROM r.flush_lag)::float8 AS flush_lag,
       extract(epoch FROM r.replay_lag)::float8 AS replay_lag, pg_catalog.age(r.backend_xmin) AS xmin_age
FROM pg_catalog.pg_stat_replication r
CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                                ELSE pg_catalog.pg_current_wal_lsn() END AS at) p
