"""Panels and expressions of dashboards as Grafana reads them, with Grafana's variables put in."""

from collections.abc import Iterator, Mapping
from typing import Any

PUT_IN = {  # `.+`, not Grafana's `.*` for All: a label that is not there would match that one
    "$__rate_interval": "1m",
    "$__interval": "15s",
    "$__range": "2m",
    "$account": ".*",  # this one and the next are empty where a cluster is not at AWS
    "$region": ".*",
    "$cluster": ".+",
    "$instance": ".+",
    "$database": ".+",
}


def panels_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every panel of a dashboard, those in folded rows too; rows themselves are none."""
    found = []
    for one in content["panels"]:
        found += [one] if one["type"] != "row" else one.get("panels", [])
    return found


def expressions_of(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(panel's title, type, expression) of every query of every panel."""
    for panel in panels_of(content):
        for target in panel["targets"]:
            yield panel["title"], panel["type"], target["expr"]


def filled(expr: str, statement: str) -> str:
    """The expression with every variable put in; fails on one that nobody puts in."""
    for name, value in (PUT_IN | {"$statement": statement}).items():
        expr = expr.replace(name, value)
    assert "$" not in expr, expr
    return expr
