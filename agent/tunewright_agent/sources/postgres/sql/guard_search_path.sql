SELECT pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname::text), ', ' ORDER BY n.nspname::text <> 'public', n.nspname::text) AS schemas
FROM pg_catalog.pg_namespace n
WHERE n.nspname::text !~ '^pg_' AND n.nspname::text NOT IN ('information_schema', 'tunewright')
