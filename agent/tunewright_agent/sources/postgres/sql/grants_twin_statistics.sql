-- Column statistics with their values for the planner twin, without any right to read rows.
CREATE OR REPLACE FUNCTION tunewright.twin_statistics()
RETURNS TABLE (
  schemaname text, tablename text, attname text, inherited boolean, null_frac real, avg_width integer, n_distinct real,
  most_common_vals text, most_common_freqs text, histogram_bounds text, correlation real,
  most_common_elems text, most_common_elem_freqs text, elem_count_histogram text
)
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $tunewright$
  SELECT s.schemaname::text, s.tablename::text, s.attname::text, s.inherited, s.null_frac, s.avg_width, s.n_distinct,
         s.most_common_vals::text, s.most_common_freqs::text, s.histogram_bounds::text, s.correlation,
         s.most_common_elems::text, s.most_common_elem_freqs::text, s.elem_count_histogram::text
  FROM pg_catalog.pg_stats s
  WHERE s.schemaname !~ '^pg_' AND s.schemaname NOT IN ('information_schema', 'tunewright')
$tunewright$;
ALTER FUNCTION tunewright.twin_statistics() OWNER TO tunewright_owner;
REVOKE ALL ON FUNCTION tunewright.twin_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tunewright.twin_statistics() TO {role};
