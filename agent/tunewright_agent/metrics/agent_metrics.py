"""Metrics of what we judged, and of the daemon itself. Part of the catalogue."""

from tunewright_agent.metrics.metric import SERVER, SOURCE, Kind, Metric

_GAUGE, _COUNTER = Kind.GAUGE, Kind.COUNTER

_VERDICTS = (
    Metric(
        "tunewright_findings", _GAUGE, "Findings now, by group of checks and severity.", (*SERVER, "group", "severity")
    ),
    Metric("tunewright_recommendations", _GAUGE, "Recommendations, by check and state.", (*SERVER, "check", "state")),
    Metric(
        "tunewright_checks_not_judged",
        _GAUGE,
        "Checks that could not look, by group: not the same as healthy.",
        (*SERVER, "group"),
    ),
    Metric(
        "tunewright_event_timestamp_seconds",
        _GAUGE,
        "When it happened last: plan_changed, setting_changed, ddl, role_changed, slower_statement, more_sessions, advice_applied.",
        (*SERVER, "kind"),
    ),
    Metric(
        "tunewright_changes",
        _GAUGE,
        "Changes seen in the last 60 days, by what they did: measuring, helped, unchanged, hurt, undecided, reverted.",
        (*SERVER, "state"),
    ),
    Metric(
        "tunewright_changes_saved_ratio",
        _GAUGE,
        "Execution seconds saved per second by the changes that stand and whose effect was measured; below 0: lost.",
        SERVER,
    ),
    Metric(
        "tunewright_promises",
        _GAUGE,
        "Advice that was followed and measured, by check: kept or broken.",
        (*SERVER, "check", "state"),
    ),
    Metric(
        "tunewright_promise_promised_ratio",
        _GAUGE,
        "What advice promised, after to before: geometric mean.",
        (*SERVER, "check"),
    ),
    Metric(
        "tunewright_promise_measured_ratio",
        _GAUGE,
        "What was measured of it in time, after to before: geometric mean.",
        (*SERVER, "check"),
    ),
    Metric("tunewright_judged_timestamp_seconds", _GAUGE, "When the server was last judged.", SERVER),
)

_AGENT = (
    Metric("tunewright_source_passes_total", _COUNTER, "Passes of a source.", SOURCE),
    Metric("tunewright_source_failures_total", _COUNTER, "Passes that failed.", SOURCE),
    Metric("tunewright_source_skipped_total", _COUNTER, "Ticks that found the source still running.", SOURCE),
    Metric("tunewright_source_failing", _GAUGE, "1 where the last pass failed.", SOURCE),
    Metric("tunewright_source_gaps", _GAUGE, "Things that a source could not read.", SOURCE),
    Metric("tunewright_source_duration_seconds", _GAUGE, "Length of the last pass.", SOURCE),
    Metric("tunewright_source_interval_seconds", _GAUGE, "Time between passes now, as the governor set it.", SOURCE),
    Metric("tunewright_source_lag_seconds", _GAUGE, "How late the last pass began.", SOURCE),
    Metric("tunewright_source_last_pass_timestamp_seconds", _GAUGE, "When the last pass began.", SOURCE),
    Metric(
        "tunewright_source_server_seconds_total",
        _COUNTER,
        "Time our statements took on the server, by pg_stat_statements.",
        SOURCE,
    ),
    Metric(
        "tunewright_server_share_ratio",
        _GAUGE,
        "Time our statements took per second of wall time (1: one core busy all the time).",
        SERVER,
    ),
    Metric("tunewright_ready", _GAUGE, "1 once every server had its first pass."),
    Metric(
        "tunewright_notifications",
        _GAUGE,
        "Messages of a channel in the last week, by state: waiting, sending, sent, given_up.",
        ("channel", "state"),
    ),
    Metric(
        "tunewright_notification_waiting_seconds",
        _GAUGE,
        "How long the oldest message that a channel has not taken yet waits; 0 where none does.",
        ("channel",),
    ),
    Metric("tunewright_history_bytes", _GAUGE, "Size of the history."),
    Metric("tunewright_history_error", _GAUGE, "1 while the history cannot be written."),
    Metric(
        "tunewright_lease_held",
        _GAUGE,
        "1 where this agent acts for the cluster, of those that share a history; 0 where it stands by.",
        ("cluster",),
    ),
    Metric(
        "tunewright_lease_since_timestamp_seconds",
        _GAUGE,
        "Since when this agent acts for the cluster, by the shared store's clock.",
        ("cluster",),
    ),
    Metric(
        "tunewright_lease_takeovers_total",
        _COUNTER,
        "How often this agent took the cluster over from one that had gone silent, since its start.",
        ("cluster",),
    ),
    Metric(
        "tunewright_history_waiting_passes",
        _GAUGE,
        "Passes that were collected and wait until the history can be written again.",
    ),
    Metric(
        "tunewright_history_dropped_passes_total",
        _COUNTER,
        "Passes that waited to be written and went for want of room since the start.",
    ),
    Metric(
        "tunewright_series_dropped_total",
        _COUNTER,
        "Series left out of a scrape by the hard cap, summed over scrapes.",
        ("metric",),
    ),
    Metric("tunewright_build_info", _GAUGE, "The agent's version; always 1.", ("version", "python")),
    Metric("tunewright_process_cpu_seconds_total", _COUNTER, "Total user and system CPU time spent in seconds."),
    Metric("tunewright_process_resident_memory_bytes", _GAUGE, "Resident memory size in bytes."),
    Metric("tunewright_process_virtual_memory_bytes", _GAUGE, "Virtual memory size in bytes."),
    Metric("tunewright_process_start_time_seconds", _GAUGE, "Start time of the process since unix epoch in seconds."),
    Metric("tunewright_process_open_fds", _GAUGE, "Number of open file descriptors."),
    Metric("tunewright_process_max_fds", _GAUGE, "Maximum number of open file descriptors."),
)

AGENT_METRICS = (*_VERDICTS, *_AGENT)
