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
    EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO {name}', part.nspname);
  END LOOP;
END
$tunewright$;
"""


def sql(role: str = "tunewright") -> str:
    """The script for one monitoring role; every statement can be run again without harm."""
    name, literal = quoted(role), "'" + role.replace("'", "''") + "'"
    functions = sorted(
        (entry for entry in (files(PACKAGE) / "sql").iterdir() if entry.name.startswith("grants_")),
        key=lambda entry: entry.name,
    )
    parts = [entry.read_text(encoding="utf-8").strip().replace("{role}", name) for entry in functions]
    head = _ROLE.replace("{name}", name).replace("{literal}", literal)
    return "\n\n".join([(head + _DATABASE.replace("{name}", name)).strip(), *parts]) + "\n"
