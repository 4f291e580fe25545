"""The daemon itself: does it see everything, in time, and what does it cost?"""

from tunewright_dashboards.board import RATE, SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

_SOURCE = "{{cluster}}/{{server}} {{source}}"
_BY = "cluster, server, source"


def _source(metric: str) -> str:
    return f"max by ({_BY}) (tunewright_source_{metric}{{{SERVER}}})"


def _rate(metric: str) -> str:
    return f"sum by ({_BY}) (rate(tunewright_source_{metric}_total{{{SERVER}}}[{RATE}]))"


BOARD = Board(
    "tunewright-daemon",
    "Tunewright / Daemon",
    "Tunewright watching itself: its sources, its cost on your servers, its history, its process. Process metrics are by daemon, not by server.",
    (
        Row(
            "Now",
            (
                stat(
                    "Ready",
                    "Daemons that had a first pass of every server, as a share.",
                    "percentunit",
                    "avg(tunewright_ready)",
                    bad=1,
                    falling=True,
                ),
                stat(
                    "Sources that fail",
                    "Sources whose last pass failed.",
                    "short",
                    f"sum(tunewright_source_failing{{{SERVER}}})",
                    warn=1,
                ),
                stat(
                    "Cost",
                    "What our statements take of one core of the server that pays most.",
                    "percentunit",
                    f"max(tunewright_server_share_ratio{{{SERVER}}})",
                    warn=LIMITS["AgentCostsTooMuch"],
                    empty="known from the second pass of statements on",
                ),
                stat(
                    "Latest source",
                    "How late the latest of all sources is.",
                    "s",
                    f"max(tunewright_source_lag_seconds{{{SERVER}}})",
                    warn=60,
                ),
                stat("History", "Size of the history files.", "bytes", "sum(tunewright_history_bytes)"),
                stat(
                    "History errors",
                    "Daemons that cannot write their history.",
                    "short",
                    "sum(tunewright_history_error)",
                    bad=1,
                ),
                stat(
                    "Memory",
                    "Resident memory of the largest daemon.",
                    "bytes",
                    "max(tunewright_process_resident_memory_bytes)",
                ),
                stat(
                    "Snapshot",
                    "Time since facts of a server last changed.",
                    "s",
                    f"max(time() - tunewright_snapshot_timestamp_seconds{{{SERVER}}})",
                ),
            ),
        ),
        Row(
            "Sources",
            (
                Panel(
                    "Sources",
                    "Each source of each server: the latest pass and the interval as the governor set it.",
                    "short",
                    (
                        Query(_source("failing"), "Failing"),
                        Query(f"time() - {_source('last_pass_timestamp_seconds')}", "Last pass", "s"),
                        Query(_source("interval_seconds"), "Interval", "s"),
                        Query(_source("duration_seconds"), "Duration", "s"),
                        Query(f"{_source('gaps')} or 0 * {_source('interval_seconds')}", "Gaps"),
                        Query(
                            f"sum by ({_BY}) (increase(tunewright_source_skipped_total{{{SERVER}}}[$__range]))",
                            "Skipped",
                        ),
                    ),
                    Kind.TABLE,
                    labels=(("cluster", "Cluster"), ("server", "Server"), ("source", "Source")),
                    link=("server", "tunewright-cluster"),
                    width=24,
                    height=10,
                ),
                Panel(
                    "Duration",
                    "Length of the last pass of each source.",
                    "s",
                    (Query(_source("duration_seconds"), _SOURCE),),
                ),
                Panel("Lag", "How late each source is.", "s", (Query(_source("lag_seconds"), _SOURCE),)),
                Panel("Passes", "Passes a second.", "ops", (Query(_rate("passes"), _SOURCE),)),
                Panel("Failures", "Failed passes a second.", "ops", (Query(_rate("failures"), _SOURCE),)),
            ),
        ),
        Row(
            "Cost on the servers",
            (
                Panel(
                    "By source",
                    "Seconds in a second that our statements take, by pg_stat_statements.",
                    "s",
                    (Query(_rate("server_seconds"), _SOURCE),),
                ),
                Panel(
                    "Share of a core",
                    "All of our statements together; the governor lengthens intervals above its budget.",
                    "percentunit",
                    (Query(f"tunewright_server_share_ratio{{{SERVER}}}", "{{cluster}}/{{server}}"),),
                    warn=LIMITS["AgentCostsTooMuch"],
                    empty="known from the second pass of statements on",
                ),
            ),
        ),
        Row(
            "Notifications",
            (
                Panel(
                    "Oldest unsent message",
                    "How long each channel's oldest message waits.",
                    "s",
                    (Query("tunewright_notification_waiting_seconds", "{{channel}}"),),
                    warn=LIMITS["NotificationsStuck"],
                    empty="the daemon has no channel",
                ),
                Panel(
                    "Messages",
                    "Messages of the last week, by channel and state; given up are those that nobody took for a day.",
                    "short",
                    (Query("tunewright_notifications", "{{channel}} {{state}}"),),
                    empty="the daemon has no channel",
                ),
            ),
            folded=True,
        ),
        Row(
            "Process",
            (
                Panel(
                    "CPU",
                    "Cores that the daemon uses.",
                    "short",
                    (Query(f"rate(tunewright_process_cpu_seconds_total[{RATE}])", "{{instance}}"),),
                ),
                Panel(
                    "Memory",
                    "Resident and virtual.",
                    "bytes",
                    (
                        Query("tunewright_process_resident_memory_bytes", "{{instance}} resident"),
                        Query("tunewright_process_virtual_memory_bytes", "{{instance}} virtual"),
                    ),
                ),
                Panel(
                    "File descriptors",
                    "Open ones, as a share of what the process may open.",
                    "percentunit",
                    (Query("tunewright_process_open_fds / tunewright_process_max_fds", "{{instance}}"),),
                ),
                Panel(
                    "Uptime",
                    "Since the daemon started.",
                    "s",
                    (Query("time() - tunewright_process_start_time_seconds", "{{instance}}"),),
                ),
                Panel("History", "Size of the history.", "bytes", (Query("tunewright_history_bytes", "{{instance}}"),)),
                Panel(
                    "History behind",
                    "Passes that wait until the history can be written, and those that went for want of room.",
                    "short",
                    (
                        Query("tunewright_history_waiting_passes", "{{instance}} waiting"),
                        Query(
                            "increase(tunewright_history_dropped_passes_total[10m])", "{{instance}} gone in ten minutes"
                        ),
                    ),
                ),
                Panel(
                    "Who acts",
                    "Of the daemons that share a history, the one that acts for each cluster.",
                    "short",
                    (Query('tunewright_lease_held{cluster=~"$cluster"}', "{{cluster}}: {{instance}}"),),
                    empty="no daemon shares its history",
                ),
                Panel(
                    "Acting since",
                    "How long the daemon that acts for a cluster has done so.",
                    "s",
                    (
                        Query(
                            'time() - tunewright_lease_since_timestamp_seconds{cluster=~"$cluster"}',
                            "{{cluster}}: {{instance}}",
                        ),
                    ),
                    empty="no daemon shares its history",
                ),
                Panel(
                    "Taken over",
                    "Clusters taken over in an hour from daemons that had gone silent.",
                    "short",
                    (
                        Query(
                            'sum by (cluster) (increase(tunewright_lease_takeovers_total{cluster=~"$cluster"}[1h]))',
                            "{{cluster}}",
                        ),
                    ),
                    empty="no daemon shares its history",
                ),
                Panel(
                    "Series left out",
                    "Series in ten minutes that the cap of one metric left out of scrapes.",
                    "short",
                    (Query("sum by (metric) (increase(tunewright_series_dropped_total[10m]))", "{{metric}}"),),
                    empty="no metric has more series than its cap",
                ),
                Panel(
                    "Versions",
                    "Which daemon runs which version.",
                    "short",
                    (Query("tunewright_build_info", "Runs"),),
                    Kind.TABLE,
                    labels=(("instance", "Daemon"), ("version", "Version"), ("python", "Python")),
                ),
            ),
            folded=True,
        ),
    ),
)
