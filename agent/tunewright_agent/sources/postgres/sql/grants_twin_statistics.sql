-- Column statistics with their values for the planner twin, without any right to read rows. The function belongs to tunewright_owner, which
-- cannot log in; that role may read the tables (pg_stats shows a column only to roles that may), the monitoring role may only call it.
DO $tunewright$
DECLARE
  space name;
BEGIN
  IF NOT pg_catalog.pg_has_role(current_user, 'tunewright_owner', 'USAGE') THEN
    EXECUTE pg_catalog.format('GRANT tunewright_owner TO %I', current_user);
  END IF;
  IF pg_catalog.current_setting('server_version_num')::int >= 140000 THEN
    GRANT pg_read_all_data TO tunewright_owner;
  ELSE -- 13 has no such role: run this script again after making new tables
    FOR space IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO tunewright_owner', space);
      EXECUTE pg_catalog.format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO tunewright_owner', space);
    END LOOP;
  END IF;
END
$tunewright$;
GRANT USAGE, CREATE ON SCHEMA tunewright TO tunewright_owner;
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
REVOKE CREATE ON SCHEMA tunewright FROM tunewright_owner;
REVOKE ALL ON FUNCTION tunewright.twin_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tunewright.twin_statistics() TO {role};
