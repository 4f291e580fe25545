-- Tunewright: the monitoring role of PostgreSQL 13 and later. Run as an administrator (superuser, or rds_superuser on RDS and Aurora)
-- in each database to watch: the first part makes the role once, the second part is per database. It can be run again.
-- Afterwards give it a password:  \password tunewright

DO $tunewright$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tunewright') THEN
    CREATE ROLE tunewright LOGIN CONNECTION LIMIT 5;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tunewright_owner') THEN
    CREATE ROLE tunewright_owner NOLOGIN;
  END IF;
END
$tunewright$;

GRANT pg_monitor TO tunewright;
ALTER ROLE tunewright SET default_transaction_read_only = on;
ALTER ROLE tunewright SET statement_timeout = '10s';
ALTER ROLE tunewright SET lock_timeout = '100ms';

-- Per database from here on.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE SCHEMA IF NOT EXISTS tunewright;
REVOKE ALL ON SCHEMA tunewright FROM PUBLIC;
GRANT USAGE ON SCHEMA tunewright TO tunewright;

-- Where sequences stand (no rows of the users' are readable through it).
DO $tunewright$
DECLARE
  part record;
BEGIN
  FOR part IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'tunewright') LOOP
    EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', part.nspname, 'tunewright');
  END LOOP;
  -- Where an administrator put pg_stat_statements into a schema of its own.
  FOR part IN SELECT nspname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_extension e ON e.extnamespace = n.oid
    WHERE extname = 'pg_stat_statements' LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', part.nspname, 'tunewright');
  END LOOP;
END
$tunewright$;

-- The functions below belong to tunewright_owner, which cannot log in; that role may read the tables (pg_stats shows a column only to
-- roles that may), the monitoring role may only call the functions.
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
GRANT EXECUTE ON FUNCTION tunewright.column_statistics() TO tunewright;

-- Of how many of the values that the planner keeps of a text column the whole is a number, or a date. The values stay in the server.
CREATE OR REPLACE FUNCTION tunewright.text_shapes()
  RETURNS TABLE (schema text, name text, column_name text, inherited bool, seen int, numbers int, dates int)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT s.schemaname::text AS schema, s.tablename::text AS name, s.attname::text AS column_name, s.inherited,
         count(v)::int AS seen,
         (count(*) FILTER (WHERE rtrim(v) ~ '^-?(0|[1-9][0-9]{0,17})([.][0-9]{1,12})?$'))::int AS numbers,
         (count(*) FILTER (WHERE rtrim(v) ~
           '^[12][0-9]{3}-[01][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$'))::int AS dates
  FROM pg_catalog.pg_stats s
  JOIN pg_catalog.pg_namespace n ON n.nspname = s.schemaname
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s.tablename
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = s.attname
    AND a.atttypid IN ('pg_catalog.text'::pg_catalog.regtype, 'pg_catalog.varchar'::pg_catalog.regtype, 'pg_catalog.bpchar'::pg_catalog.regtype)
  LEFT JOIN LATERAL unnest(
    coalesce(s.most_common_vals::text::text[], '{}') || coalesce(s.histogram_bounds::text::text[], '{}')) AS v ON true
  WHERE s.schemaname NOT IN ('pg_catalog', 'information_schema', 'tunewright')
  GROUP BY 1, 2, 3, 4
$function$;
ALTER FUNCTION tunewright.text_shapes() OWNER TO tunewright_owner;
REVOKE ALL ON FUNCTION tunewright.text_shapes() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tunewright.text_shapes() TO tunewright;

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
GRANT EXECUTE ON FUNCTION tunewright.twin_statistics() TO tunewright;

REVOKE CREATE ON SCHEMA tunewright FROM tunewright_owner;

