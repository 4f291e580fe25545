"""The least-privilege SQL of the monitoring account, as `tunewright grants --engine mysql` prints it and `doctor` quotes it.

One script for MySQL and MariaDB: what only MariaDB understands stands in its own comment (`/*M! … */`), and the view's text, which differs, is
chosen by VERSION(). The account may read statistics and the catalogue, and no row of a user's table.
"""

_SCRIPT = """\
-- Tunewright: the monitoring account of MySQL 8 and MariaDB 10.11 and later (self-managed, RDS, Aurora). Run it once as an administrator, with a
-- password in place of CHANGE_ME. It can be run again. Replace % by the host that the agent connects from, where you know it.

CREATE USER IF NOT EXISTS {account} IDENTIFIED BY 'CHANGE_ME' WITH MAX_USER_CONNECTIONS 5;

-- Sessions of others, InnoDB's transactions and metrics.
GRANT PROCESS ON *.* TO {account};
-- Statements, waits, locks, use of indexes; sys needs EXECUTE for its views' functions.
GRANT SELECT ON performance_schema.* TO {account};
GRANT SELECT, EXECUTE ON sys.* TO {account};
-- Sizes and cardinalities of indexes.
GRANT SELECT ON mysql.innodb_index_stats TO {account};
GRANT SELECT ON mysql.innodb_table_stats TO {account};
-- Replication: REPLICATION CLIENT in MySQL; MariaDB calls what we need SLAVE MONITOR.
GRANT REPLICATION CLIENT /*M! , SLAVE MONITOR */ ON *.* TO {account};
-- The catalogue: tables, indexes and columns are shown only to accounts with some privilege on them. REFERENCES shows them and lets this
-- account read no row and, as it may create and alter nothing, change nothing.
GRANT REFERENCES ON *.* TO {account};

-- Which accounts there are, without their passwords' hashes.
CREATE DATABASE IF NOT EXISTS tunewright;
SET @tunewright_view = IF(VERSION() LIKE '%MariaDB%',
  'CREATE OR REPLACE SQL SECURITY DEFINER VIEW tunewright.accounts AS {mariadb_view}',
  'CREATE OR REPLACE SQL SECURITY DEFINER VIEW tunewright.accounts AS {mysql_view}');
PREPARE tunewright_view FROM @tunewright_view;
EXECUTE tunewright_view;
DEALLOCATE PREPARE tunewright_view;
GRANT SELECT ON tunewright.accounts TO {account};

-- Optional: plans. EXPLAIN asks for SELECT on the tables it plans for; without it, plans and index advice are left out, and said to be.
-- GRANT SELECT, SHOW VIEW ON your_database.* TO {account};
"""

_COLUMNS = "host, user, plugin, super_priv, grant_priv, file_priv, create_user_priv, process_priv, ssl_type"
_MYSQL_VIEW = (
    f"SELECT {_COLUMNS}, account_locked AS is_locked, password_expired, IF(LENGTH(authentication_string) > 0, ''Y'', ''N'') AS has_password, "
    "IF(account_locked = ''Y'' AND LENGTH(authentication_string) = 0, ''Y'', ''N'') AS is_role FROM mysql.user"
)
_MARIADB_VIEW = (
    "SELECT u.host, u.user, u.plugin, u.super_priv, u.grant_priv, u.file_priv, u.create_user_priv, u.process_priv, u.ssl_type, "
    "IF(JSON_VALUE(g.priv, ''$.account_locked'') IN (''1'', ''true''), ''Y'', ''N'') AS is_locked, u.password_expired, "
    "IF(LENGTH(u.authentication_string) > 0, ''Y'', ''N'') AS has_password, u.is_role "
    "FROM mysql.user u JOIN mysql.global_priv g ON g.host = u.host AND g.user = u.user"
)


def sql(role: str = "tunewright") -> str:
    """The script for one account; every statement can be run again without harm."""
    name, at, host = role.rpartition("@")
    user, where = (name, host) if at else (role, "%")
    account = "@".join("'" + part.replace("\\", "\\\\").replace("'", "''") + "'" for part in (user, where))
    views = _SCRIPT.replace("{mysql_view}", _MYSQL_VIEW).replace("{mariadb_view}", _MARIADB_VIEW)
    return views.replace("{account}", account)
