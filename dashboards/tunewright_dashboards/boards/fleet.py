"""Fleet: which of all servers needs somebody now?"""

from tunewright_dashboards.board import RATE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

_CONNECTIONS = (
    f"sum by (cluster, server) (tunewright_connections{{{SERVER}}}) / on (cluster, server) "
    f"sum by (cluster, server) (tunewright_connections_max{{{SERVER}}} - tunewright_connections_reserved{{{SERVER}}})"
)
_LATENCY = (
    f'sum by (cluster, server) (rate(tunewright_statement_exec_seconds_total{{{SERVER},statement!="own"}}[{RATE}])) / '
    f'(sum by (cluster, server) (rate(tunewright_statement_calls_total{{{SERVER},statement!="own"}}[{RATE}])) > 0)'
)
_LOAD = (
    f"sum by (cluster, server) (tunewright_load_sessions{{{SERVER}}}) or 0 * tunewright_load_peak_sessions{{{SERVER}}}"
)

BOARD = Board(
    "tunewright-fleet",
    "Tunewright / Fleet",
    "All servers at a glance: which one needs somebody now? Click a server for its own board.",
    (
        Row(
            "Now",
            (
                stat("Servers", "Servers that a daemon watches.", "short", f"count(tunewright_up{{{SERVER}}})"),
                stat(
                    "Down",
                    "Servers that do not answer.",
                    "short",
                    f"sum(1 - tunewright_up{{{SERVER}}})",
                    bad=1,
                ),
                stat(
                    "Critical findings",
                    "Open findings of severity critical on all servers.",
                    "short",
                    f'sum(tunewright_findings{{{SERVER},severity="critical"}})',
                    bad=1,
                ),
                stat(
                    "High findings",
                    "Open findings of severity high on all servers.",
                    "short",
                    f'sum(tunewright_findings{{{SERVER},severity="high"}})',
                    warn=1,
                ),
                stat(
                    "Fullest connections",
                    "The server with the largest share of its connections in use.",
                    "percentunit",
                    f"max({_CONNECTIONS})",
                    warn=LIMITS["ConnectionsHigh"],
                    bad=LIMITS["ConnectionsNearlyExhausted"],
                ),
                stat(
                    "Nearest wraparound",
                    "The database that has used most of its transaction ids.",
                    "percentunit",
                    f"max(tunewright_database_xid_age{{{SERVER}}}) / 2147483648",
                    warn=LIMITS["TransactionIdsHalfUsed"],
                    bad=LIMITS["TransactionIdsNearlyUsed"],
                ),
                stat(
                    "Longest wait for a lock",
                    "Over all servers, in the sampled minute.",
                    "s",
                    f"max(tunewright_blocked_longest_seconds{{{SERVER}}})",
                    bad=LIMITS["SessionsBlocked"],
                ),
                stat(
                    "Largest replica lag",
                    "The standby that is furthest behind.",
                    "s",
                    f"max(tunewright_replica_lag_seconds{{{SERVER}}})",
                    warn=LIMITS["ReplicaLag"],
                    bad=LIMITS["ReplicaLagCritical"],
                    empty="no standby is connected",
                ),
            ),
        ),
        Row(
            "Servers",
            (
                Panel(
                    "Servers",
                    "One row a server; the load is average active sessions, latency that of the mean statement.",
                    "short",
                    (
                        Query(f"max by (cluster, server) (tunewright_up{{{SERVER}}})", "Up"),
                        Query(_LOAD, "Load"),
                        Query(_CONNECTIONS, "Connections", "percentunit"),
                        Query(_LATENCY, "Latency", "s"),
                        Query(
                            f"max by (cluster, server) (tunewright_database_xid_age{{{SERVER}}}) / 2147483648",
                            "Ids used",
                            "percentunit",
                        ),
                        Query(
                            f'sum by (cluster, server) (tunewright_findings{{{SERVER},severity=~"critical|high"}})',
                            "Findings",
                        ),
                    ),
                    Kind.TABLE,
                    labels=(("cluster", "Cluster"), ("server", "Server")),
                    link=("server", "tunewright-cluster"),
                    width=14,
                    height=9,
                ),
                Panel(
                    "What they are",
                    "Version, flavour and role of each server.",
                    "short",
                    (Query(f"tunewright_server_info{{{SERVER}}}", "Seen"),),
                    Kind.TABLE,
                    labels=(
                        ("cluster", "Cluster"),
                        ("server", "Server"),
                        ("engine", "Engine"),
                        ("version", "Version"),
                        ("flavour", "Flavour"),
                        ("role", "Role"),
                    ),
                    link=("server", "tunewright-cluster"),
                    width=10,
                    height=9,
                ),
                Panel(
                    "Alerts that fire",
                    "Tunewright's alerts as Prometheus evaluates them; the runbook of each is docs/runbooks/NAME.md.",
                    "short",
                    (Query('ALERTS{alertstate="firing",product="tunewright"}', "Firing"),),
                    Kind.TABLE,
                    labels=(
                        ("cluster", "Cluster"),
                        ("server", "Server"),
                        ("alertname", "Alert"),
                        ("severity", "Severity"),
                        ("database", "Database"),
                    ),
                    link=("server", "tunewright-cluster"),
                    width=24,
                    height=6,
                    empty="no alert fires",
                ),
            ),
        ),
        Row(
            "Over time",
            (
                Panel(
                    "Load",
                    "Average active sessions of each server.",
                    "short",
                    (Query(_LOAD, "{{cluster}}/{{server}}"),),
                ),
                Panel(
                    "Transactions",
                    "Transactions a second, committed and rolled back.",
                    "ops",
                    (
                        Query(
                            f"sum by (cluster, server) (rate(tunewright_database_commits_total{{{SERVER}}}[{RATE}]) "
                            f"+ rate(tunewright_database_rollbacks_total{{{SERVER}}}[{RATE}]))",
                            "{{cluster}}/{{server}}",
                        ),
                    ),
                ),
                Panel(
                    "Mean statement",
                    "Mean time of a statement, our own left out.",
                    "s",
                    (Query(_LATENCY, "{{cluster}}/{{server}}"),),
                ),
                Panel(
                    "Connections in use",
                    "Of those that ordinary roles may open.",
                    "percentunit",
                    (Query(_CONNECTIONS, "{{cluster}}/{{server}}"),),
                    warn=LIMITS["ConnectionsHigh"],
                    bad=LIMITS["ConnectionsNearlyExhausted"],
                    most=1,
                ),
            ),
        ),
    ),
)
