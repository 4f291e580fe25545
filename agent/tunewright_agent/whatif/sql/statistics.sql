-- Column statistics with their values, as the role may see them.
SELECT schemaname::text, tablename::text, attname::text, inherited, null_frac, avg_width, n_distinct,
       most_common_vals::text, most_common_freqs::text, histogram_bounds::text, correlation,
       most_common_elems::text, most_common_elem_freqs::text, elem_count_histogram::text
FROM pg_catalog.pg_stats
WHERE schemaname !~ '^pg_' AND schemaname NOT IN ('information_schema', 'tunewright')
