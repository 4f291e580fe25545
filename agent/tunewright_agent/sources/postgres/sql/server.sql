SELECT current_setting('server_version_num')::int AS version,
       current_user AS role,
       current_setting('is_superuser') = 'on' AS is_superuser,
       pg_is_in_recovery() AS in_recovery,
       pg_postmaster_start_time() AS started_at,
       coalesce(inet_server_addr()::text, 'local') || ':' || current_setting('port') AS address,
       CASE WHEN has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
            THEN (SELECT system_identifier FROM pg_catalog.pg_control_system())::text END AS system_identifier,
       EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proname = 'aurora_version') AS aurora,
       EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_superuser') AS rds,
       ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles r
             WHERE pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER')) AS memberships,
       ARRAY(SELECT d.datname::text FROM pg_catalog.pg_database d
             WHERE d.datallowconn AND NOT d.datistemplate
               AND pg_catalog.has_database_privilege(d.oid, 'CONNECT') ORDER BY d.datname) AS databases
