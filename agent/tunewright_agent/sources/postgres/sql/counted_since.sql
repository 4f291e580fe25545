SELECT s.stats_reset, current_setting('block_size')::int AS block_size,
       ARRAY(SELECT DISTINCT coalesce(nullif(r.application_name, ''), r.client_addr::text, 'a standby') FROM pg_catalog.pg_stat_replication r
             WHERE r.state IS NULL OR r.state = 'streaming') AS standbys
FROM pg_catalog.pg_stat_database s WHERE s.datname = current_database()
