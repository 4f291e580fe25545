"""Functions of Aurora's names, with the columns of AWS's manual, for a plain PostgreSQL: what makes our agent take it for Aurora."""

# Aurora keeps these in pg_catalog, where a plain server lets nobody create; the search path of our sessions is pg_catalog alone, so
# the stand-in goes there by allow_system_table_mods.
STAND_IN = """
SET allow_system_table_mods = on;
CREATE FUNCTION pg_catalog.aurora_version() RETURNS text LANGUAGE sql AS $$ SELECT '16.4.1' $$;
CREATE FUNCTION pg_catalog.aurora_replica_status() RETURNS TABLE (
  server_id text, session_id text, durable_lsn bigint, highest_lsn_rcvd bigint, current_read_lsn bigint, cur_replay_latency_in_usec bigint,
  active_txns int, is_current boolean, last_transport_error int, last_error_timestamp timestamptz, last_update_timestamp timestamptz,
  feedback_xmin xid, feedback_epoch int, replica_lag_in_msec int, log_stream_speed_in_kib_per_second float8, log_buffer_sequence_number bigint,
  oldest_read_view_trx_id int, oldest_read_view_lsn bigint, pending_read_ios int, read_ios int, iops int, cpu float8) LANGUAGE sql AS $$
  VALUES
    ('writer-1', 'MASTER_SESSION_ID', 10::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::int, true, 0, NULL::timestamptz, now(),
     NULL::xid, NULL::int, NULL::int, NULL::float8, NULL::bigint, NULL::int, NULL::bigint, NULL::int, NULL::int, NULL::int, 12.5::float8),
    ('reader-1', '5f3a', 10, 10, 10, 18000, 0, true, 0, NULL, now(), pg_snapshot_xmin(pg_current_snapshot())::text::xid, 0,
     18, 1.0, 1, 0, 1, 0, 0, 0, 3.0),
    ('reader-2', '5f3b', 10, 10, 10, 40, 0, true, 0, NULL, now(), '0'::xid, 0, NULL, NULL, NULL, 0, 1, 0, 0, 0, NULL) $$;
"""
