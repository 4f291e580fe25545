SELECT n.nspname::text AS schema, s.stxname::text AS name, tn.nspname::text AS table_schema, c.relname::text AS table_name,
       ARRAY(SELECT a.attname::text FROM unnest(s.stxkeys::int2[]) WITH ORDINALITY k(attnum, n)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = k.attnum ORDER BY k.n) AS columns,
       ARRAY(SELECT k::text FROM unnest(s.stxkind) k) AS kinds
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = c.relnamespace
ORDER BY 1, 2
