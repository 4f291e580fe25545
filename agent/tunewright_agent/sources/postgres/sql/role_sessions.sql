SELECT a.usename::text AS role, s.pid IS NULL AS is_hidden, coalesce(s.ssl, false) AS is_encrypted, s.version AS tls_version,
       CASE WHEN a.client_addr IS NULL THEN 'socket'
            WHEN a.client_addr <<= '127.0.0.0/8' OR a.client_addr = '::1' THEN 'loopback' ELSE 'network' END AS way,
       coalesce(a.application_name = current_setting('application_name'), false) AS own, pg_catalog.count(*) AS sessions
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_stat_ssl s ON s.pid = a.pid
WHERE a.usesysid IS NOT NULL AND (a.backend_type IS NULL OR a.backend_type = 'client backend')
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2, 3, 4, 5, 6
