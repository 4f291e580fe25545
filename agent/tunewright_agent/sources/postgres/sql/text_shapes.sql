SELECT s.schemaname::text AS schema, s.tablename::text AS name, s.attname::text AS column_name, s.inherited,
       pg_catalog.count(v)::int AS seen,
       (pg_catalog.count(*) FILTER (WHERE pg_catalog.rtrim(v) ~ '^-?(0|[1-9][0-9]{0,17})([.][0-9]{1,12})?$'))::int AS numbers,
       (pg_catalog.count(*) FILTER (WHERE pg_catalog.rtrim(v) ~
         '^[12][0-9]{3}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'))::int AS dates
FROM pg_catalog.pg_stats s
JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
  AND a.atttypid IN ('pg_catalog.text'::pg_catalog.regtype, 'pg_catalog.varchar'::pg_catalog.regtype, 'pg_catalog.bpchar'::pg_catalog.regtype)
LEFT JOIN LATERAL pg_catalog.unnest(
  coalesce(s.most_common_vals::text::text[], '{}') || coalesce(s.histogram_bounds::text::text[], '{}')) AS v ON true
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'tunewright')
GROUP BY 1, 2, 3, 4
