SELECT d.datname::text AS database, r.rolname::text AS role, c.entry AS entry
FROM pg_catalog.pg_db_role_setting s
LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
CROSS JOIN LATERAL unnest(s.setconfig) AS c(entry)
ORDER BY 1, 2, 3
