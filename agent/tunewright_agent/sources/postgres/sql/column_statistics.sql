SELECT s.schemaname::text AS schema, s.tablename::text AS name, s.attname::text AS column_name, s.null_frac::float8 AS null_ratio,
       s.n_distinct::float8 AS n_distinct, s.avg_width, s.correlation::float8 AS correlation, s.most_common_freqs::float8[] AS frequencies,
       coalesce(pg_catalog.array_length(s.histogram_bounds, 1), 1) - 1 AS buckets, s.inherited
FROM pg_catalog.pg_stats s
WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'tunewright')
