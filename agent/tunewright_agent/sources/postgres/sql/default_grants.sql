SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::text AS role, n.nspname::text AS schema,
       ARRAY(SELECT x.privilege_type FROM pg_catalog.aclexplode(d.defaclacl) x WHERE x.grantee = 0 ORDER BY 1) AS privileges
FROM pg_catalog.pg_default_acl d
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
WHERE d.defaclobjtype = 'r' AND EXISTS (SELECT FROM pg_catalog.aclexplode(d.defaclacl) x WHERE x.grantee = 0)
ORDER BY 1, 2
