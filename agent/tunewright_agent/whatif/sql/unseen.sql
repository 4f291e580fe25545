-- What the twin cannot hold: foreign tables, and policies that add conditions to statements.
SELECT 'foreign table' AS kind, n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f'
UNION ALL
SELECT 'row level security of', n.nspname, c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relrowsecurity AND n.nspname !~ '^pg_'
ORDER BY 1, 2, 3
