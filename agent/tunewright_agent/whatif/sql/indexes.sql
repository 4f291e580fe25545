-- Every index: its definition (None needed where a constraint makes it), its parent index, its size as the planner counts it.
SELECT n.nspname AS schema, i.relname AS name, t.relname AS table_name, am.amname AS method, i.relkind::text AS kind,
       pg_get_indexdef(i.oid) AS definition, i.relpages AS pages, i.reltuples AS row_estimate, i.oid::bigint AS oid,
       EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')) AS of_constraint,
       x.indisvalid AS is_valid,
       (SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.relname)
        FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
        JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE h.inhrelid = i.oid LIMIT 1) AS parent
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = i.relam
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tunewright') AND t.relkind IN ('r', 'p', 'm')
  AND t.relpersistence <> 't'
ORDER BY i.oid
