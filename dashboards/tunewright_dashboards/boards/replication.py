"""Replication: do the standbys follow, what do slots keep, does the archive get through?"""

from tunewright_dashboards.board import DATABASE, RATE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

_WHO = "{{cluster}}/{{server}}"
_NO_STANDBY = "no standby is connected"
_NOT_A_STANDBY = "the server is a primary"
_NO_SLOT = "the server has no slot"

BOARD = Board(
    "tunewright-replication",
    "Tunewright / Replication",
    "Standbys as their primary sees them, a standby as it sees itself, slots and the archive.",
    (
        Row(
            "Now",
            (
                stat("Standbys", "Standbys that are connected.", "short", f"sum(tunewright_replicas{{{SERVER}}})"),
                stat(
                    "Largest lag",
                    "The standby that is furthest behind, in time.",
                    "s",
                    f"max(tunewright_replica_lag_seconds{{{SERVER}}})",
                    warn=LIMITS["ReplicaLag"],
                    bad=LIMITS["ReplicaLagCritical"],
                    empty=_NO_STANDBY,
                ),
                stat(
                    "Largest lag in WAL",
                    "The standby that has most left to replay.",
                    "bytes",
                    f"max(tunewright_replica_lag_bytes{{{SERVER}}})",
                    empty=_NO_STANDBY,
                ),
                stat(
                    "Age of a standby",
                    "As a standby itself sees it: age of the last transaction that it replayed.",
                    "s",
                    f"max(tunewright_standby_lag_seconds{{{SERVER}}})",
                    bad=LIMITS["StandbyLag"],
                    empty=_NOT_A_STANDBY,
                ),
                stat(
                    "Standbys that receive",
                    "As a share of the watched standbys.",
                    "percentunit",
                    f"avg(tunewright_standby_receiving{{{SERVER}}})",
                    bad=1,
                    falling=True,
                    empty=_NOT_A_STANDBY,
                ),
                stat(
                    "Kept by slots",
                    "WAL that the hungriest slot keeps.",
                    "bytes",
                    f"max(tunewright_slot_retained_bytes{{{SERVER}}})",
                    warn=LIMITS["SlotRetainsWal"],
                    empty=_NO_SLOT,
                ),
                stat(
                    "Slots without a reader",
                    "They keep WAL until the disk is full.",
                    "short",
                    f"sum(1 - tunewright_slot_active{{{SERVER}}})",
                    warn=1,
                    empty=_NO_SLOT,
                ),
                stat(
                    "Archive failures",
                    "In the last hour.",
                    "short",
                    f"sum(increase(tunewright_archive_failures_total{{{SERVER}}}[1h]))",
                    bad=1,
                ),
            ),
        ),
        Row(
            "Standbys",
            (
                Panel(
                    "Roles",
                    "Role of each server; a change is a failover.",
                    "short",
                    (Query(f"tunewright_server_info{{{SERVER}}}", "Seen"),),
                    Kind.TABLE,
                    labels=(
                        ("cluster", "Cluster"),
                        ("server", "Server"),
                        ("role", "Role"),
                        ("version", "Version"),
                        ("flavour", "Flavour"),
                    ),
                    link=("server", "tunewright-cluster"),
                ),
                Panel("Connected standbys", "By server.", "short", (Query(f"tunewright_replicas{{{SERVER}}}", _WHO),)),
                Panel(
                    "Lag",
                    "Replay lag of each standby, as its primary sees it.",
                    "s",
                    (Query(f"tunewright_replica_lag_seconds{{{SERVER}}}", "{{server}} to {{replica}}"),),
                    warn=LIMITS["ReplicaLag"],
                    bad=LIMITS["ReplicaLagCritical"],
                    empty=_NO_STANDBY,
                ),
                Panel(
                    "Lag in WAL",
                    "Bytes that a standby has not replayed.",
                    "bytes",
                    (Query(f"tunewright_replica_lag_bytes{{{SERVER}}}", "{{server}} to {{replica}}"),),
                    empty=_NO_STANDBY,
                ),
                Panel(
                    "Age of standbys",
                    "As each standby sees itself.",
                    "s",
                    (Query(f"tunewright_standby_lag_seconds{{{SERVER}}}", _WHO),),
                    bad=LIMITS["StandbyLag"],
                    empty=_NOT_A_STANDBY,
                ),
                Panel(
                    "Queries cancelled by replay",
                    "On a standby, in ten minutes.",
                    "short",
                    (
                        Query(
                            f"sum by (database) (increase(tunewright_database_conflicts_total{{{DATABASE}}}[10m]))",
                            "{{database}}",
                        ),
                    ),
                ),
            ),
        ),
        Row(
            "Slots, WAL and archive",
            (
                Panel(
                    "WAL kept by slots",
                    "Bytes that the server must keep for each slot.",
                    "bytes",
                    (Query(f"tunewright_slot_retained_bytes{{{SERVER}}}", "{{server}} {{slot}}"),),
                    warn=LIMITS["SlotRetainsWal"],
                    empty=_NO_SLOT,
                ),
                Panel(
                    "Room of slots",
                    "WAL that can still be written before a slot is lost (where max_slot_wal_keep_size bounds it).",
                    "bytes",
                    (Query(f"tunewright_slot_safe_bytes{{{SERVER}}}", "{{server}} {{slot}}"),),
                    empty="no slot has a bound",
                ),
                Panel(
                    "WAL",
                    "Bytes of WAL a second: what standbys must keep up with.",
                    "Bps",
                    (Query(f"rate(tunewright_wal_bytes_total{{{SERVER}}}[{RATE}])", _WHO),),
                ),
                Panel(
                    "Archive",
                    "Failed attempts in ten minutes.",
                    "short",
                    (Query(f"increase(tunewright_archive_failures_total{{{SERVER}}}[10m])", _WHO),),
                ),
                Panel(
                    "Since the last archived segment",
                    "The last point that a restore can reach.",
                    "s",
                    (Query(f"time() - tunewright_archive_last_timestamp_seconds{{{SERVER}}}", _WHO),),
                    empty="the server does not archive",
                ),
            ),
        ),
    ),
)
