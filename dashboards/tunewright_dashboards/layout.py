"""What both sets of dashboards share in Grafana's words: the frame of a board, its rows one under the other, a variable that chooses.

Called by frame.py (Prometheus) and cloudwatch/frame.py, when the files are made.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from grafana_foundation_sdk.builders import dashboard as sdk
from grafana_foundation_sdk.builders import stat, table, timeseries
from grafana_foundation_sdk.models import common, dashboard

AnyPanel = timeseries.Panel | stat.Panel | table.Panel
EVERYTHING = dashboard.VariableOption(selected=True, text=["All"], value=["$__all"])


def framed(uid: str, title: str, description: str, tags: Sequence[str], refresh: str, menu: str) -> sdk.Dashboard:
    """A board without panels. `menu` titles the menu of all boards that bear the last tag; time and variables stay."""
    link = sdk.DashboardLink(menu).type(dashboard.DashboardLinkType.DASHBOARDS).tags([tags[-1]])
    return (
        sdk.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(list(tags))
        .timezone("browser")
        .time("now-6h", "now")
        .refresh(refresh)
        .readonly()
        .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
        .link(link.as_dropdown(True).include_vars(True).keep_time(True))
    )


def laid_out(made: sdk.Dashboard, rows: Iterable[tuple[str, bool, Sequence[AnyPanel]]]) -> sdk.Dashboard:
    """With rows of (heading, folded, panels), numbered from top to bottom; a folded row holds its panels."""
    number = 0
    for title, folded, panels in rows:
        number += 1
        heading = sdk.Row(title).id(number).collapsed(folded) if folded else sdk.Row(title).id(number)
        for panel in panels:
            number += 1
            panel.id(number)
            if folded:
                heading = heading.with_panel(panel)
        made = made.with_row(heading)
        for panel in () if folded else panels:
            made = made.with_panel(panel)
    return made


def choice(name: str, label: str, query: str | dict[str, Any], source: common.DataSourceRef) -> sdk.QueryVariable:
    """A variable whose values follow the time range."""
    return (
        sdk.QueryVariable(name)
        .label(label)
        .query(query)
        .datasource(source)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
    )
