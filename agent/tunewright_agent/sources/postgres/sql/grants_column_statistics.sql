-- What the planner knows of the columns, without a single value of the users' data.
CREATE OR REPLACE FUNCTION tunewright.column_statistics()
  RETURNS TABLE (schema text, name text, column_name text, null_ratio float8, n_distinct float8, avg_width int, correlation float8,
                 frequencies float8[], buckets int, inherited bool)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT s.schemaname::text, s.tablename::text, s.attname::text, s.null_frac::float8, s.n_distinct::float8, s.avg_width, s.correlation::float8,
         s.most_common_freqs::float8[], coalesce(array_length(s.histogram_bounds, 1), 1) - 1, s.inherited
  FROM pg_catalog.pg_stats s
  WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'tunewright')
$function$;
ALTER FUNCTION tunewright.column_statistics() OWNER TO tunewright_owner;
REVOKE ALL ON FUNCTION tunewright.column_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tunewright.column_statistics() TO {role};
