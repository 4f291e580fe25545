SELECT c.oid::bigint AS relation, n.nspname::text AS schema, c.relname::text AS name, c.relpages AS pages
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY (%s::bigint[]::oid[])
