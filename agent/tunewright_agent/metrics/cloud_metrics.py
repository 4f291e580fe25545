"""Metrics of what AWS tells, and forecasts from it. Part of the catalogue."""

from tunewright_agent.metrics.cloud_names import CLOUD_NAMES
from tunewright_agent.metrics.metric import SERVER, Kind, Metric

_GAUGE, _COUNTER = Kind.GAUGE, Kind.COUNTER

_FORECASTS = (
    Metric(
        "tunewright_forecast_left_seconds",
        _GAUGE,
        "Time until a resource in the cloud meets its limit, by bound: estimate, and earliest of the 95 % interval.",
        (*SERVER, "resource", "name", "bound"),
    ),
    Metric(
        "tunewright_forecast_used_ratio",
        _GAUGE,
        "Share of its limit that a resource in the cloud has used, by the fitted line.",
        (*SERVER, "resource", "name"),
    ),
)

RESOURCE = ("cluster", "resource")

_AWS = (
    Metric(
        "tunewright_cluster_place_info",
        _GAUGE,
        "Account and Region of a watched cluster, empty where it is not at AWS; always 1.",
        ("cluster", "account", "region"),
    ),
    Metric(
        "tunewright_aws_cluster_info",
        _GAUGE,
        "A cluster as the RDS API tells it; always 1.",
        (*RESOURCE, "region", "engine", "version", "status", "storage_type"),
    ),
    Metric(
        "tunewright_aws_instance_info",
        _GAUGE,
        "A member as the RDS API tells it; always 1.",
        (*RESOURCE, "role", "class", "version", "zone", "status"),
    ),
    Metric("tunewright_aws_member_writes", _GAUGE, "1 for the member that writes.", RESOURCE),
    Metric("tunewright_aws_backup_retention_seconds", _GAUGE, "How long automated backups are kept.", RESOURCE),
    Metric(
        "tunewright_aws_restorable_age_seconds", _GAUGE, "How old the newest state is that can be restored.", RESOURCE
    ),
    Metric("tunewright_aws_serverless_min_acu", _GAUGE, "Least capacity, in Aurora capacity units.", RESOURCE),
    Metric("tunewright_aws_serverless_max_acu", _GAUGE, "Most capacity, in Aurora capacity units.", RESOURCE),
    Metric(
        "tunewright_aws_certificate_valid_till_timestamp_seconds",
        _GAUGE,
        "When the member's TLS certificate expires.",
        RESOURCE,
    ),
    Metric("tunewright_aws_storage_allocated_bytes", _GAUGE, "Allocated storage of an RDS instance.", RESOURCE),
    Metric("tunewright_aws_pending_maintenance", _GAUGE, "Maintenance actions that wait.", ("cluster",)),
    Metric(
        "tunewright_aws_request_month_dollars",
        _GAUGE,
        "What asking CloudWatch for this cluster costs a month, at the list price of its Region; of us-east-1 where that is not known.",
        ("cluster",),
    ),
    Metric(
        "tunewright_aws_bill_month_dollars",
        _GAUGE,
        "What an Aurora cluster costs a month at list price, by component, in either storage configuration.",
        (*RESOURCE, "component", "configuration"),
    ),
    Metric(
        "tunewright_aws_wait_load_sessions",
        _GAUGE,
        "Database load of a member by wait event, mean of five minutes (Performance Insights).",
        (*RESOURCE, "wait_type", "wait_event"),
    ),
    Metric(
        "tunewright_aws_statement_load_sessions",
        _GAUGE,
        "Database load of a member by statement, mean of five minutes (Performance Insights).",
        (*RESOURCE, "statement"),
    ),
    Metric("tunewright_aws_os_cpu_ratio", _GAUGE, "Busy share of the processors (Enhanced Monitoring).", RESOURCE),
    Metric("tunewright_aws_os_cpu_wait_ratio", _GAUGE, "Share of time that waits for the disk.", RESOURCE),
    Metric("tunewright_aws_os_cpu_steal_ratio", _GAUGE, "Share of time taken by other guests.", RESOURCE),
    Metric("tunewright_aws_os_memory_bytes", _GAUGE, "Memory of the member's machine.", RESOURCE),
    Metric("tunewright_aws_os_memory_free_bytes", _GAUGE, "Memory free or used as page cache.", RESOURCE),
    Metric("tunewright_aws_os_swap_used_bytes", _GAUGE, "Swap space in use on the member's machine.", RESOURCE),
    Metric("tunewright_aws_os_disk_await_seconds", _GAUGE, "Time of a request to the slowest device.", RESOURCE),
    Metric("tunewright_aws_os_filesystem_used_ratio", _GAUGE, "Used share of the fullest file system.", RESOURCE),
    Metric("tunewright_aws_clusters", _GAUGE, "Clusters of AWS that are watched."),
    Metric("tunewright_aws_requests_total", _COUNTER, "Requests made of AWS.", ("action", "region")),
    Metric("tunewright_aws_metrics_requested_total", _COUNTER, "Metrics asked for by GetMetricData."),
    Metric(
        "tunewright_aws_request_dollars_total",
        _COUNTER,
        "Estimated price of the requests since the start, at list price (of us-east-1 where the Region's is not known), without the free tier.",
    ),
    Metric(
        "tunewright_aws_discovery_failing",
        _GAUGE,
        "1 while clusters cannot be looked for, else 0.",
        ("region", "account"),
    ),
    *(Metric(one.name, _GAUGE, one.help, (*RESOURCE, "dimension")) for one in CLOUD_NAMES.values()),
)

CLOUD_METRICS = (*_FORECASTS, *_AWS)
