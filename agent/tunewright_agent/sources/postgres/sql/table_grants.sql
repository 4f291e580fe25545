SELECT n.nspname::text AS schema, c.relname::text AS name, r.rolname::text AS role,
       ARRAY(SELECT w.privilege FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) WITH ORDINALITY w(privilege, place)
             WHERE w.privilege = ANY (pg_catalog.array_agg(x.privilege_type)) ORDER BY w.place) AS privileges
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) x
JOIN pg_catalog.pg_roles r ON r.oid = x.grantee
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND x.grantee <> c.relowner
  AND x.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') AND r.rolname !~ '^pg_'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND n.nspname !~ '^pg_(toast|temp_)'
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
LIMIT 5001
