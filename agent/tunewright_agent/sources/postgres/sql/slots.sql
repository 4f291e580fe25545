SELECT s.slot_name::text AS name, s.slot_type AS kind, s.database::text AS database, s.active, s.temporary, s.plugin::text AS plugin,
       pg_catalog.pg_wal_lsn_diff(p.at, s.restart_lsn)::int8 AS retained_bytes, s.wal_status, s.safe_wal_size AS safe_bytes,
       pg_catalog.age(s.xmin) AS xmin_age, pg_catalog.age(s.catalog_xmin) AS catalog_xmin_age, NULL::timestamptz AS inactive_since
FROM pg_catalog.pg_replication_slots s
CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                                ELSE pg_catalog.pg_current_wal_lsn() END AS at) p
