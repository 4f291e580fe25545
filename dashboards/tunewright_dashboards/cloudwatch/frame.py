"""A CloudWatch Board in, Grafana's dashboard out. Called by build.py only: the SDK makes the files, nobody needs it to use them."""

from collections.abc import Iterator
from typing import Any

from grafana_foundation_sdk.builders import dashboard as sdk
from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.builders.cloudwatch import MetricsQuery
from grafana_foundation_sdk.models import cloudwatch as models
from grafana_foundation_sdk.models import common, dashboard

from tunewright_dashboards.cloudwatch.boards import INSTANCE, Board, Metric, Panel
from tunewright_dashboards.layout import EVERYTHING, choice, framed, laid_out

NAMESPACE = "AWS/RDS"
TAG = "tunewright-cloudwatch"
SOURCE = common.DataSourceRef(type_val="cloudwatch", uid="${datasource}")
_VARIABLE = {"refId": "CloudWatchVariableQueryEditor-VariableQuery", "metricName": "", "namespace": "", "region": "", "dimensionKey": ""}  # fmt: skip


def dashboard_of(board: Board) -> sdk.Dashboard:
    """The dashboard, complete."""
    tags = ("tunewright", TAG)
    made = framed(board.uid, board.title, board.description, tags, "5m", "CloudWatch")
    for variable in _variables(board):
        made = made.with_variable(variable)
    return laid_out(made, ((row.title, row.folded, [_panel(board, one) for one in row.panels]) for row in board.rows))


def _variables(board: Board) -> Iterator[sdk.DatasourceVariable | sdk.QueryVariable]:
    yield sdk.DatasourceVariable("datasource").label("Data source").type("cloudwatch")
    yield _choice("region", "Region", {"queryType": "regions"})
    asked = {
        "queryType": "dimensionValues",
        "namespace": NAMESPACE,
        "metricName": board.probe,
        "dimensionKey": board.dimension,
        "region": "$region",
    }
    name = variable_of(board)
    yield _choice(name, name.capitalize(), asked).multi(True).include_all(True).all_value("*").current(EVERYTHING)


def _choice(name: str, label: str, query: dict[str, Any]) -> sdk.QueryVariable:
    return choice(name, label, _VARIABLE | query, SOURCE)


def _panel(board: Board, panel: Panel) -> timeseries.Panel:
    where = f" Only {panel.only}." if panel.only is not None else ""
    good, bad = ("green", "yellow") if not panel.falling else ("yellow", "green")
    steps = [dashboard.Threshold(None, good if panel.warn is not None else "green")]
    if panel.warn is not None:
        steps.append(dashboard.Threshold(panel.warn, bad))
    made = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.description + where)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(8)
        .height(8)
        .line_width(1)
        .fill_opacity(8)
        .show_points(common.VisibilityMode.NEVER)
        .thresholds(sdk.ThresholdsConfig().mode(dashboard.ThresholdsMode.ABSOLUTE).steps(steps))
    )
    for place, metric in enumerate(panel.metrics):
        made = made.with_target(_target(board, panel, metric, place))
    return made


def _target(board: Board, panel: Panel, metric: Metric, place: int) -> MetricsQuery:
    """One metric of every chosen member: each a line."""
    series = f"${{PROP('Dim.{board.dimension}')}}" + (f" {metric.name}" if len(panel.metrics) > 1 else "")
    return (
        MetricsQuery()
        .ref_id(chr(ord("A") + place))
        .id("")
        .label(series)
        .expression("")
        .query_mode(models.QueryMode.METRICS)
        .metric_query_type(models.MetricQueryType.SEARCH)
        .metric_editor_mode(models.MetricEditorMode.BUILDER)
        .region("$region")
        .namespace(NAMESPACE)
        .metric_name(metric.name)
        .dimensions({board.dimension: f"${variable_of(board)}"})
        .statistic(metric.statistic)
        .match_exact(True)
        .period("")
    )


def variable_of(board: Board) -> str:
    """The variable that chooses its members."""
    return "instance" if board.dimension == INSTANCE else "cluster"
