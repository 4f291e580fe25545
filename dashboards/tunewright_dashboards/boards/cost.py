"""Cost: what do storage, backups, capacity and our own questions to AWS come to, and what could be cheaper?"""

from tunewright_dashboards.board import SERVER, Board, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

CLOUD = 'cluster=~"$cluster"'
NO_AWS = "no cluster of AWS is watched"
NOT_SUCH = "no such engine, class or feature is watched, or CloudWatch has no fresh point"
_WHO = "{{cluster}}/{{resource}}"


def _sum(name: str) -> str:
    return f"sum(tunewright_aws_{name}{{{CLOUD}}})"


def _lines(title: str, description: str, unit: str, *names: str, warn: float | None = None) -> Panel:
    queries = tuple(Query(f"tunewright_aws_{one}{{{CLOUD}}}", f"{_WHO} {one.replace('_', ' ')}") for one in names)
    return Panel(title, description, unit, queries, warn=warn, empty=NOT_SUCH)


BOARD = Board(
    "tunewright-cost",
    "Tunewright / Cost",
    "What is billed and what grows: storage, backups, requests of storage, serverless capacity, and what Tunewright asks of AWS.",
    (
        Row(
            "Now",
            (
                stat(
                    "Findings about cost",
                    "Open findings of the group cost.",
                    "short",
                    f'sum(tunewright_findings{{{SERVER},group="cost"}})',
                    warn=1,
                    empty=NO_AWS,
                ),
                stat(
                    "Volumes", "Storage of cluster volumes in all.", "bytes", _sum("volume_used_bytes"), empty=NOT_SUCH
                ),
                stat(
                    "Allocated",
                    "Storage allocated to RDS instances.",
                    "bytes",
                    _sum("storage_allocated_bytes"),
                    empty=NOT_SUCH,
                ),
                stat(
                    "Backups billed",
                    "Backup storage beyond the free part.",
                    "bytes",
                    _sum("backup_billed_bytes"),
                    empty=NOT_SUCH,
                ),
                stat(
                    "Capacity in use",
                    "Aurora capacity units of serverless members.",
                    "short",
                    _sum("serverless_capacity_acu"),
                    empty=NOT_SUCH,
                ),
                stat(
                    "Most used capacity",
                    "The serverless member nearest its maximum.",
                    "percentunit",
                    f"max(tunewright_aws_serverless_utilisation_ratio{{{CLOUD}}})",
                    warn=LIMITS["CloudServerlessAtMaximum"],
                    empty=NOT_SUCH,
                ),
                stat(
                    "Our own questions",
                    "Dollars a month for the metrics that we ask CloudWatch for.",
                    "currencyUSD",
                    _sum("request_month_dollars"),
                    empty=NO_AWS,
                ),
                stat("Watched on AWS", "Clusters.", "short", "sum(tunewright_aws_clusters)", empty=NO_AWS),
            ),
        ),
        Row(
            "Bill",
            (
                Panel(
                    "By component",
                    "What an Aurora cluster costs a month at list price, by component, in either storage configuration.",
                    "currencyUSD",
                    (
                        Query(
                            f"tunewright_aws_bill_month_dollars{{{CLOUD}}}",
                            "{{cluster}}/{{resource}} {{configuration}} {{component}}",
                        ),
                    ),
                    empty="no Aurora cluster with known prices is watched",
                ),
                Panel(
                    "By configuration",
                    "The same in all: the lower line is the cheaper storage configuration.",
                    "currencyUSD",
                    (
                        Query(
                            f"sum by (cluster, resource, configuration) (tunewright_aws_bill_month_dollars{{{CLOUD}}})",
                            "{{cluster}}/{{resource}} {{configuration}}",
                        ),
                    ),
                    empty="no Aurora cluster with known prices is watched",
                ),
            ),
        ),
        Row(
            "Storage and backups",
            (
                _lines("Cluster volumes", "Storage that is used and billed.", "bytes", "volume_used_bytes"),
                _lines("Room below the limit", "Storage left below the volume's limit.", "bytes", "volume_left_bytes"),
                _lines("RDS storage", "Allocated and free.", "bytes", "storage_allocated_bytes", "storage_free_bytes"),
                Panel(
                    "Free share",
                    "Of allocated storage; below the first limit and falling it grows tight.",
                    "percentunit",
                    (
                        Query(
                            f"tunewright_aws_storage_free_bytes{{{CLOUD}}} / ignoring (dimension) tunewright_aws_storage_allocated_bytes{{{CLOUD}}}",
                            _WHO,
                        ),
                    ),
                    bad=LIMITS["CloudStorageNearlyFull"],
                    falling=True,
                    empty=NOT_SUCH,
                ),
                _lines(
                    "Requests of the volume",
                    "Billed reads and writes in five minutes (not with I/O-Optimized).",
                    "short",
                    "volume_reads",
                    "volume_writes",
                ),
                _lines(
                    "Backups",
                    "Continuous, snapshots, and what is billed.",
                    "bytes",
                    "backup_continuous_bytes",
                    "backup_snapshot_bytes",
                    "backup_billed_bytes",
                ),
                _lines("Retention", "How long automated backups are kept.", "s", "backup_retention_seconds"),
                _lines(
                    "Age of the restorable state",
                    "Minutes are usual.",
                    "s",
                    "restorable_age_seconds",
                    warn=LIMITS["CloudBackupStale"],
                ),
            ),
        ),
        Row(
            "Serverless capacity",
            (
                _lines(
                    "Capacity",
                    "Aurora capacity units: in use, least and most.",
                    "short",
                    "serverless_capacity_acu",
                    "serverless_min_acu",
                    "serverless_max_acu",
                ),
                _lines(
                    "Utilisation",
                    "Capacity in use, of the maximum.",
                    "percentunit",
                    "serverless_utilisation_ratio",
                    warn=LIMITS["CloudServerlessAtMaximum"],
                ),
            ),
        ),
        Row(
            "Ahead",
            (
                Panel(
                    "Limits come nearer",
                    "Time until a resource meets its limit, by the fitted line.",
                    "s",
                    (Query(f"tunewright_forecast_left_seconds{{{SERVER}}}", "{{cluster}} {{name}} {{bound}}"),),
                    empty="there is no forecast yet",
                ),
                Panel(
                    "Used",
                    "Share of its limit that a resource has used.",
                    "percentunit",
                    (Query(f"tunewright_forecast_used_ratio{{{SERVER}}}", "{{cluster}} {{name}}"),),
                    empty="there is no forecast yet",
                ),
                Panel(
                    "Certificates",
                    "Time for which they are valid.",
                    "s",
                    (Query(f"tunewright_aws_certificate_valid_till_timestamp_seconds{{{CLOUD}}} - time()", _WHO),),
                    warn=LIMITS["CloudCertificateExpires"],
                    falling=True,
                    empty=NO_AWS,
                ),
                _lines(
                    "Backtrack",
                    "Change records made and kept, and how often the window was too short.",
                    "short",
                    "backtrack_records_created",
                    "backtrack_records",
                    "backtrack_window_alerts",
                ),
                _lines("Backtrack window", "How much it lacks of its target.", "s", "backtrack_window_missing_seconds"),
            ),
            folded=True,
        ),
        Row(
            "What Tunewright asks of AWS",
            (
                Panel(
                    "Requests",
                    "By action, in ten minutes.",
                    "short",
                    (Query("sum by (action) (increase(tunewright_aws_requests_total[10m]))", "{{action}}"),),
                    empty=NO_AWS,
                ),
                Panel(
                    "Metrics asked for",
                    "By GetMetricData, in ten minutes.",
                    "short",
                    (Query("sum(increase(tunewright_aws_metrics_requested_total[10m]))", "metrics"),),
                    empty=NO_AWS,
                ),
                Panel(
                    "Dollars",
                    "For requests, in an hour.",
                    "currencyUSD",
                    (Query("sum(increase(tunewright_aws_request_dollars_total[1h]))", "dollars"),),
                    empty=NO_AWS,
                ),
            ),
            folded=True,
        ),
    ),
)
