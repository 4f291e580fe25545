SELECT r.rolname::text AS name, r.rolcanlogin AS can_login, r.rolsuper AS is_superuser, r.rolcreaterole AS creates_roles,
       r.rolcreatedb AS creates_databases, r.rolreplication AS replicates, r.rolbypassrls AS bypasses, r.rolconnlimit AS connection_limit,
       CASE WHEN r.rolvaliduntil < '9999-01-01' AND r.rolvaliduntil > '1900-01-01' THEN r.rolvaliduntil END AS valid_until,
       ARRAY(SELECT g.rolname::text FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
             WHERE m.member = r.oid ORDER BY 1) AS member_of
FROM pg_catalog.pg_roles r
WHERE r.rolname !~ '^pg_'
ORDER BY 1
