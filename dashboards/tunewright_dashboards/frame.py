"""Board in, Grafana's dashboard out (classic v1 JSON, by grafana-foundation-sdk). Called by build.py only: the SDK is needed to make the
files, not to use them."""

from collections.abc import Iterator

from grafana_foundation_sdk.builders import dashboard as sdk
from grafana_foundation_sdk.builders import prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    TableSortByFieldState,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.models import common, dashboard
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from tunewright_dashboards.board import SERVER, Board, Kind, Panel
from tunewright_dashboards.layout import EVERYTHING, AnyPanel, choice, framed, laid_out

TAG = "tunewright"
SOURCE = common.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, YELLOW, RED = "green", "yellow", "red"
_KEPT = (
    "${__url_time_range}&${datasource:queryparam}&${account:queryparam}&${region:queryparam}"
    "&${cluster:queryparam}&${instance:queryparam}&${database:queryparam}"
)
"""What a link carries along: time and variables. A row's own label is put in place of the variable of that name."""
VARIABLE_OF = {"cluster": "cluster", "server": "instance", "database": "database", "statement": "statement"}


def dashboard_of(board: Board) -> sdk.Dashboard:
    """The dashboard, complete: variables, annotations, links, panels in their places."""
    made = framed(board.uid, board.title, board.description, [TAG], "1m", "Tunewright")
    for variable in _variables(board):
        made = made.with_variable(variable)
    for annotation in _annotations():
        made = made.annotation(annotation)
    return laid_out(made, ((row.title, row.folded, [_panel(one) for one in row.panels]) for row in board.rows))


def _variables(board: Board) -> Iterator[sdk.DatasourceVariable | sdk.QueryVariable]:
    """The same ones in the same order on every board; they follow the time range."""
    yield sdk.DatasourceVariable("datasource").label("Data source").type("prometheus")
    yield _choice("account", "Account", "label_values(tunewright_cluster_place_info, account)")
    yield _choice("region", "Region", 'label_values(tunewright_cluster_place_info{account=~"$account"}, region)')
    place = 'tunewright_cluster_place_info{account=~"$account",region=~"$region"}'  # also what has neither, where all are chosen
    yield _choice("cluster", "Cluster", f"label_values({place}, cluster)")
    yield _choice("instance", "Server", 'label_values(tunewright_up{cluster=~"$cluster"}, server)')
    yield _choice("database", "Database", f"label_values(tunewright_connections{{{SERVER}}}, database)")
    if board.with_statement:
        query = f'label_values(tunewright_statement_calls_total{{{SERVER},database=~"$database",statement!~"own|other"}}, statement)'
        yield _choice("statement", "Statement", query, many=False)


def _choice(name: str, label: str, query: str, *, many: bool = True) -> sdk.QueryVariable:
    made = choice(name, label, query, SOURCE).multi(many).include_all(many)
    return made.all_value(".*").current(EVERYTHING) if many else made


def _annotations() -> Iterator[sdk.AnnotationQuery]:
    """What changed, over every panel: events by the time at which each kind happened last (the step of an annotation is a minute)."""
    events = (
        ("Server started", f"changes(tunewright_server_start_timestamp_seconds{{{SERVER}}}[2m]) > 0", RED),
        ("Setting changed", _event("setting_changed"), "blue"),
        ("DDL", _event("ddl"), "purple"),
        ("Plan changed", _event("plan_changed"), "yellow"),
        ("Failover", _event("role_changed"), RED),
        ("Statement slower", _event("slower_statement"), "orange"),
        ("More sessions", _event("more_sessions"), "orange"),
        ("Advice applied", _event("advice_applied"), GREEN),
        (
            "Critical alert",
            f'ALERTS{{alertstate="firing",product="tunewright",severity="critical",{SERVER}}}',
            "orange",
        ),
    )
    for name, expr, color in events:
        target = prometheus.Dataquery().expr(expr).ref_id("A").legend_format("{{server}} {{name}}{{alertname}}")
        yield (
            sdk.AnnotationQuery().name(name).datasource(SOURCE).enable(True).icon_color(color).expr(expr).target(target)
        )


def _event(kind: str) -> str:
    return f'time() - tunewright_event_timestamp_seconds{{{SERVER},kind="{kind}"}} < 60'


def _panel(panel: Panel) -> AnyPanel:
    made: AnyPanel
    if panel.kind is Kind.STAT:
        made = _stat()
    elif panel.kind is Kind.TABLE:
        made = _table(panel)
    else:
        made = _lines(panel)
    made = made.title(panel.title).description(panel.description).datasource(SOURCE).unit(panel.unit)
    made = made.span(panel.width).height(panel.height).thresholds(_thresholds(panel))
    for place, query in enumerate(panel.queries):
        target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend).ref_id(chr(ord("A") + place))
        in_table = panel.kind is Kind.TABLE
        made = made.with_target(target.instant().format(PromQueryFormat.TABLE) if in_table else target.range())
    return made


def _thresholds(panel: Panel) -> sdk.ThresholdsConfig:
    """Green, then yellow and red from the limits on; the other way round where less is worse."""
    steps = [(panel.warn, YELLOW), (panel.bad, RED)]
    known = [(value, color) for value, color in steps if value is not None]
    below = GREEN
    if panel.falling:
        below, known = RED if panel.bad is not None else YELLOW, _rising(known)
    made = [dashboard.Threshold(None, below), *(dashboard.Threshold(value, color) for value, color in known)]
    return sdk.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(made)


def _rising(falling: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """Limits below which it is bad, as steps from which on it is better."""
    better = {RED: YELLOW if len(falling) > 1 else GREEN, YELLOW: GREEN}
    return sorted((value, better[color]) for value, color in falling)


def _stat() -> stat.Panel:
    return (
        stat.Panel()
        .graph_mode(common.BigValueGraphMode.AREA)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
    )


def _lines(panel: Panel) -> timeseries.Panel:
    legend = VizLegendOptions().display_mode(common.LegendDisplayMode.TABLE).placement(common.LegendPlacement.BOTTOM)
    made = (
        timeseries.Panel()
        .legend(legend.show_legend(True).calcs(["mean", "max", "lastNotNull"]))
        .tooltip(VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .line_width(1)
        .fill_opacity(8)
        .min(0)
        .show_points(common.VisibilityMode.NEVER)
    )
    if panel.most is not None:
        made = made.max(panel.most)
    if panel.kind is Kind.STACK:
        made = made.fill_opacity(60).stacking(StackingConfig().mode(common.StackingMode.NORMAL).group("A"))
        limits = [query.legend for query in panel.queries if query.unit == LINE]
        for name in limits:
            made = made.override_by_name(name, _LIMIT_LINE)
    if panel.warn is not None or panel.bad is not None:
        made = made.thresholds_style(GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED))
    return made


LINE = "line"
"""As a query's unit in a stack: a limit, drawn as a red line and not stacked."""
_LIMIT_LINE = [
    dashboard.DynamicConfigValue("custom.stacking", {"group": False, "mode": "none"}),
    dashboard.DynamicConfigValue("custom.fillOpacity", 0),
    dashboard.DynamicConfigValue("custom.lineWidth", 2),
    dashboard.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": RED}),
]


def _table(panel: Panel) -> table.Panel:
    """One row for each set of labels, one column for each query: merged, labels first, the rest hidden."""
    values = {_value(panel, place): query.legend for place, query in enumerate(panel.queries)}
    names = dict(panel.labels) | values
    made = (
        table.Panel()
        .with_transformation(dashboard.DataTransformerConfig("merge", options={}))
        .with_transformation(
            dashboard.DataTransformerConfig("filterFieldsByName", options={"include": {"names": list(names)}})
        )
        .with_transformation(
            dashboard.DataTransformerConfig(
                "organize",
                options={"indexByName": {name: place for place, name in enumerate(names)}, "renameByName": names},
            )
        )
        .filterable(True)
    )
    for query in panel.queries:
        if query.unit is not None:
            made = made.override_by_name(query.legend, [dashboard.DynamicConfigValue("unit", query.unit)])
    if panel.sort is not None:
        made = made.sort_by([TableSortByFieldState().display_name(panel.sort).desc(True)])
    if panel.link is not None:
        made = made.override_by_name(dict(panel.labels)[panel.link[0]], [_row_link(panel)])
    return made


def _value(panel: Panel, place: int) -> str:
    return f"Value #{chr(ord('A') + place)}" if len(panel.queries) > 1 else "Value"


def _row_link(panel: Panel) -> dashboard.DynamicConfigValue:
    """A cell leads to the board of its row's thing; time and the other variables stay."""
    assert panel.link is not None
    shown = [(label, title) for label, title in panel.labels if label in VARIABLE_OF]
    kept = _KEPT
    for label, title in shown:
        variable = VARIABLE_OF[label]
        kept = kept.replace(f"&${{{variable}:queryparam}}", "")
        kept += f'&var-{variable}=${{__data.fields["{title}"]:percentencode}}'
    url = f"/d/{panel.link[1]}?{kept}"
    return dashboard.DynamicConfigValue("links", [{"title": "Look at this one", "url": url, "targetBlank": False}])
