"""The least-privilege SQL of the monitoring role, as `tunewright grants` prints it and `doctor` quotes it.

The role may read statistics and the catalogue, nothing of the users' rows. What it needs beyond pg_monitor comes through
SECURITY DEFINER functions in a schema of ours, one SQL file each (`grants_*.sql`), owned by a role that cannot log in.
"""

from importlib.resources import files

from tunewright_agent.sources.postgres.session import PACKAGE
from tunewright_analyzers.sql.identifiers import quoted

_ROLE = """\
-- Tunewright: the monitoring role of PostgreSQL 13 and later. Run as an administrator (superuser, or rds_superuser on RDS and Aurora)
-- in each database to watch: the first part makes the role once, the second part is per database. It can be run again.
-- Afterwards give it a password:  \\password {name}

DO $tunewright$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal}) THEN
    CREATE ROLE {name} LOGIN CONNECTION LIMIT 5;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'tunewright_owner') THEN
    CREATE ROLE tunewright_owner NOLOGIN;
  END IF;
END
$tunewright$;

GRANT pg_monitor TO {name};
ALTER ROLE {name} SET default_transaction_read_only = on;
ALTER ROLE {name} SET statement_timeout = '10s';
ALTER ROLE {name} SET lock_timeout = '100ms';
"""
_DATABASE = """\

-- Per database from here on.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE SCHEMA IF NOT EXISTS tunewright;
REVOKE ALL ON SCHEMA tunewright FROM PUBLIC;
GRANT USAGE ON SCHEMA tunewright TO {name};

-- Where sequences stand (no rows of the users' are readable through it).
DO $tunewright$
DECLARE
  part record;
BEGIN
  FOR part IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'tunewright') LOOP
    EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', part.nspname, {literal});
  END LOOP;
  -- Where an administrator put pg_stat_statements into a schema of its own.
  FOR part IN SELECT nspname FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_extension e ON e.extnamespace = n.oid
    WHERE extname = 'pg_stat_statements' LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', part.nspname, {literal});
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
"""
_END = """\
REVOKE CREATE ON SCHEMA tunewright FROM tunewright_owner;
"""


def sql(role: str = "tunewright") -> str:
    """The script for one monitoring role; every statement can be run again without harm."""
    name, literal = quoted(role), "'" + role.replace("'", "''") + "'"
    functions = sorted(
        (entry for entry in (files(PACKAGE) / "sql").iterdir() if entry.name.startswith("grants_")),
        key=lambda entry: entry.name,
    )
    parts = [entry.read_text(encoding="utf-8").strip().replace("{role}", name) for entry in functions]
    head = (_ROLE + _DATABASE).replace("{name}", name).replace("{literal}", literal)
    return "\n\n".join([head.strip(), *parts, _END])
