"""Findings and recommendations: what is wrong by now, what is advised, and what could not be judged?"""

from tunewright_dashboards.board import SERVER, Board, Kind, Panel, Query, Row, stat
from tunewright_dashboards.limits import LIMITS

_WHERE = (("cluster", "Cluster"), ("server", "Server"))
_LINK = ("server", "tunewright-cluster")


def _found(severity: str, limit: str) -> Panel:
    expr = f'sum(tunewright_findings{{{SERVER},severity="{severity}"}})'
    description = f"Open findings of severity {severity}."
    if limit == "bad":
        return stat(severity.capitalize(), description, "short", expr, bad=1)
    return stat(severity.capitalize(), description, "short", expr, warn=1 if limit == "warn" else None)


BOARD = Board(
    "tunewright-findings",
    "Tunewright / Findings and recommendations",
    "What the checks say. Their evidence and the statements that mend are on the daemon's page /findings and in `tunewright recommendations list`.",
    (
        Row(
            "Now",
            (
                _found("critical", "bad"),
                _found("high", "warn"),
                _found("medium", ""),
                _found("low", ""),
                stat(
                    "Recommendations",
                    "Open recommendations.",
                    "short",
                    f'sum(tunewright_recommendations{{{SERVER},state="open"}})',
                    empty="nothing is advised",
                ),
                stat(
                    "Not judged",
                    "Checks that could not look: not the same as healthy.",
                    "short",
                    f"sum(tunewright_checks_not_judged{{{SERVER}}})",
                    warn=1,
                ),
                stat(
                    "Judged",
                    "Time since the server that was judged longest ago was judged.",
                    "s",
                    f"max(time() - tunewright_judged_timestamp_seconds{{{SERVER}}})",
                    warn=LIMITS["JudgementStale"],
                ),
                stat(
                    "Pending restart",
                    "Changed settings that wait for a restart.",
                    "short",
                    f"sum(tunewright_settings_pending_restart{{{SERVER}}})",
                    warn=1,
                ),
            ),
        ),
        Row(
            "Findings",
            (
                Panel(
                    "Findings by server and group",
                    "Open findings; the group is the check's, as in `tunewright checks GROUP`.",
                    "short",
                    tuple(
                        Query(
                            f'sum by (cluster, server, group) (tunewright_findings{{{SERVER},severity="{severity}"}})',
                            severity.capitalize(),
                        )
                        for severity in ("critical", "high", "medium", "low")
                    ),
                    Kind.TABLE,
                    labels=(*_WHERE, ("group", "Group")),
                    link=_LINK,
                    sort="Critical",
                    height=10,
                ),
                Panel(
                    "Findings over time",
                    "Open findings by severity.",
                    "short",
                    (Query(f"sum by (severity) (tunewright_findings{{{SERVER}}})", "{{severity}}"),),
                    Kind.STACK,
                    height=10,
                ),
                Panel(
                    "Findings by group",
                    "Open findings of severity medium and above.",
                    "short",
                    (
                        Query(
                            f'sum by (group) (tunewright_findings{{{SERVER},severity=~"critical|high|medium"}})',
                            "{{group}}",
                        ),
                    ),
                    Kind.STACK,
                ),
                Panel(
                    "Not judged",
                    "Checks that could not look, by group; `tunewright doctor` says why and what mends it.",
                    "short",
                    (Query(f"sum by (group) (tunewright_checks_not_judged{{{SERVER}}})", "{{group}}"),),
                    Kind.STACK,
                ),
            ),
        ),
        Row(
            "Recommendations",
            (
                Panel(
                    "Recommendations by check",
                    "Open recommendations; the statements are on the daemon's page /findings.",
                    "short",
                    (
                        Query(
                            f"sum by (cluster, server, check, state) (tunewright_recommendations{{{SERVER}}})", "Number"
                        ),
                    ),
                    Kind.TABLE,
                    labels=(*_WHERE, ("check", "Check"), ("state", "State")),
                    link=_LINK,
                    empty="nothing is advised",
                ),
                Panel(
                    "Recommendations over time",
                    "By check.",
                    "short",
                    (Query(f"sum by (check) (tunewright_recommendations{{{SERVER}}})", "{{check}}"),),
                    Kind.STACK,
                    empty="nothing is advised",
                ),
            ),
        ),
        Row(
            "Changes and what they did",
            (
                Panel(
                    "Changes",
                    "Indexes, settings and table options that changed in the last 60 days, by what they did to the statements; "
                    "`tunewright changes` lists them.",
                    "short",
                    (Query(f"sum by (state) (tunewright_changes{{{SERVER}}})", "{{state}}"),),
                    Kind.STACK,
                ),
                Panel(
                    "Saved by changes",
                    "Execution seconds saved per second by the changes that stand; below 0: lost.",
                    "percentunit",
                    (Query(f"sum(tunewright_changes_saved_ratio{{{SERVER}}})", "saved"),),
                ),
                Panel(
                    "Promises kept",
                    "Advice that was followed and measured, by check.",
                    "short",
                    (Query(f"sum by (check, state) (tunewright_promises{{{SERVER}}})", "{{check}} {{state}}"),),
                    empty="nothing that was advised has been followed and measured",
                ),
                Panel(
                    "Promised and measured",
                    "Geometric means of what remains after the change: of the promised metric (a planner cost), and of the time measured.",
                    "percentunit",
                    (
                        Query(f"avg by (check) (tunewright_promise_promised_ratio{{{SERVER}}})", "{{check}} promised"),
                        Query(f"avg by (check) (tunewright_promise_measured_ratio{{{SERVER}}})", "{{check}} measured"),
                    ),
                    empty="nothing that was advised has been followed and measured",
                ),
            ),
        ),
    ),
)
