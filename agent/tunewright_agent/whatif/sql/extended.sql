-- Extended statistics without values of the user's: numbers of distinct combinations and functional dependencies, columns by name.
-- most_common_vals is only said to exist; a role that may not SELECT the columns sees none of it.
SELECT n.nspname AS schema, s.stxname AS name, tn.nspname AS table_schema, c.relname AS table_name,
       pg_get_statisticsobjdef(s.oid) AS definition, x.inherited, x.n_distinct::text AS n_distinct, x.dependencies::text AS dependencies,
       x.most_common_vals IS NOT NULL AS has_common_values,
       pg_get_statisticsobjdef_expressions(s.oid) IS NOT NULL AS has_expressions, x.statistics_name IS NOT NULL AS is_readable,
       (SELECT jsonb_object_agg(a.attnum, a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_namespace tn ON tn.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stats_ext x ON x.statistics_schemaname = n.nspname AND x.statistics_name = s.stxname
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tunewright')
ORDER BY s.oid
