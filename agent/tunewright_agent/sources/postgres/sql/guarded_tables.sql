SELECT n.nspname::text AS schema, c.relname::text AS name, pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
       c.relforcerowsecurity AS is_forced, (SELECT pg_catalog.count(*) FROM pg_catalog.pg_policy o WHERE o.polrelid = c.oid) AS policies
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND n.nspname !~ '^pg_temp_'
ORDER BY 1, 2
