SELECT s.schemaname::text AS schema, s.tablename::text AS name, sum((1 - s.null_frac) * s.avg_width)::float8 AS row_width,
       max(s.null_frac)::float8 AS max_null, pg_catalog.count(*) AS columns
FROM pg_catalog.pg_stats s
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'tunewright') AND NOT s.inherited
GROUP BY 1, 2
