SELECT 'schema' AS kind, n.nspname::text AS schema, NULL::text AS name, pg_catalog.pg_get_userbyid(n.nspowner)::text AS owner,
       ARRAY(SELECT x.privilege_type FROM pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee = 0 AND x.privilege_type = 'CREATE') AS privileges
FROM pg_catalog.pg_namespace n
WHERE n.nspname NOT IN ('information_schema', 'tunewright') AND n.nspname !~ '^pg_'
  AND EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee = 0 AND x.privilege_type = 'CREATE')
UNION ALL
SELECT 'table', n.nspname::text, c.relname::text, pg_catalog.pg_get_userbyid(c.relowner)::text,
       ARRAY(SELECT x.privilege_type FROM pg_catalog.aclexplode(c.relacl) x WHERE x.grantee = 0 ORDER BY 1)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tunewright')
  AND n.nspname !~ '^pg_(toast|temp_)'
  AND EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) x WHERE x.grantee = 0)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2, 3
