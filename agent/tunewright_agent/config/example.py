"""The annotated example file, generated from the settings so that it cannot go stale."""

import textwrap
import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from tunewright_agent.config.aws import AwsTargetSettings
from tunewright_agent.config.notifications import ChannelSettings, RouteSettings
from tunewright_agent.config.settings import ClusterSettings, HistorySettings, Settings

_CLUSTER = {"name": '"shop"', "url": '"postgresql://tunewright@db.example.net:5432/shop"'}
_EXAMPLES = {
    "history.url": '"postgresql://tunewright@store.example.net:5432/tunewright"',
    "history.password_from": '{ env = "HISTORY_PASSWORD" }',
    "folder": '"/var/lib/tunewright/reports"',
    "bucket": '"s3://reports/tunewright"',
    "token_from": '{ env = "TUNEWRIGHT_WEB_TOKEN" }',
    "tls_certificate": '"/etc/tunewright/tls.crt"',
    "tls_key": '"/etc/tunewright/tls.key"',
    "password_from": '{ env = "SHOP_PASSWORD" }  # or { file = "/run/secrets/shop" } or { aws_secret = "prod/shop/tunewright" }',
    "log_from": '"rds:shop-1@eu-central-1"',
    "slow_log_file": '"/var/lib/mysql/shop-slow.log"',
    "log_file": '"/var/log/postgresql/postgresql-18-main.log"',
    "dollars_per_hour": "1.16",
    "vcpus": "8",
    "region": '"eu-west-1"',
    "items": '{ "aurora:db.r6g.large" = 0.281, "aurora:acu" = 0.14 }',
    "sources": '{ activity = { interval = "5s" }, columns = { enabled = false } }',
    "allow_functions": '["public.slugify"]',
    "databases": '["shop"]',
    "page_url": '"https://tunewright.example.net/findings"',
    "teams": '{ retail = ["shop", "orders-*"] }',
    "exclude_databases": '["template_import"]',
}


_ELSEWHERE = frozenset({"channels", "routes", "targets"})
"""Arrays of tables of [notifications] and [aws], shown by examples of their own."""
_TARGETS = """
# {target}
# [[aws.targets]]
# region = "eu-central-1"
# cluster = "shop"
#
# [[aws.targets]]
# region = "us-east-1"
# tags = {{ team = "retail" }}
# role_arn = "arn:aws:iam::222222222222:role/tunewright"
# external_id = "tunewright"
#
# Every key of a target:
{target_keys}
"""
_CHANNELS = """
# {channel}
# [[notifications.channels]]
# name = "chat"
# kind = "slack"
# url_from = {{ env = "SLACK_WEBHOOK" }}
#
# [[notifications.channels]]
# name = "pager"
# kind = "pagerduty"
# key_from = {{ file = "/run/secrets/pagerduty" }}
#
# {route}
# [[notifications.routes]]
# channels = ["pager"]
# least_severity = "high"
# checks = ["availability/*", "locks/*"]
#
# [[notifications.routes]]
# channels = ["chat"]
# quiet = {{ start = "22:00", end = "07:00", timezone = "Europe/Berlin" }}
#
# Every key of a channel:
{channel_keys}
#
# Every key of a route:
{route_keys}
"""


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return f'"{value}"'


def _choices(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return f" One of: {', '.join(str(one) for one in get_args(annotation))}."
    return ""


def _is_table(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


def _keys(model: BaseModel | None, kind: type[BaseModel]) -> list[str]:
    lines = []
    written = model.model_dump(mode="json") if model is not None else {}
    for name, field in kind.model_fields.items():
        if name in _ELSEWHERE:
            continue
        lines += textwrap.wrap(
            f"{field.description}{_choices(field.annotation)}", 110, initial_indent="# ", subsequent_indent="# "
        )
        if kind is ClusterSettings and name in _CLUSTER:
            lines.append(f"{name} = {_CLUSTER[name]}")
        elif name in _EXAMPLES or _optional(field.annotation):
            own = f"history.{name}" if kind is HistorySettings else name
            lines.append(f"# {name} = {_EXAMPLES.get(own) or _EXAMPLES[name]}")
        else:
            lines.append(f"# {name} = {_toml(written[name])}")
    return lines


def _meaning(kind: type[BaseModel]) -> str:
    lines = []
    for name, field in kind.model_fields.items():
        told = f"{name}: {field.description}{_choices(field.annotation)}"
        lines += textwrap.wrap(told, 110, initial_indent="#   ", subsequent_indent="#     ")
    return "\n".join(lines)


def _targets() -> str:
    """Two targets, and what every key means."""
    told = {"target": AwsTargetSettings.__doc__, "target_keys": _meaning(AwsTargetSettings)}
    return _TARGETS.format(**told).strip("\n")


def _notifications() -> str:
    """Channels and routes: two of each, and what every key means."""
    return _CHANNELS.format(
        channel=ChannelSettings.__doc__,
        route=RouteSettings.__doc__,
        channel_keys=_meaning(ChannelSettings),
        route_keys=_meaning(RouteSettings),
    ).strip("\n")


def example() -> str:
    """The file: every key with its meaning; keys that have a default are shown with it, commented out."""
    lines = [
        "# Tunewright: an annotated example, made by `tunewright example-config`.",
        "# A key that is commented out shows its default (or, where it has none, an example).",
        "# Environment variables override: TUNEWRIGHT_WEB__PORT=9999, TUNEWRIGHT_CLUSTERS__SHOP__URL=… .",
    ]
    defaults = Settings()
    cluster = ClusterSettings.model_construct(name="shop", url="postgresql://host/shop")
    lines += ["", f"# {ClusterSettings.__doc__}", "[[clusters]]", *_keys(cluster, ClusterSettings)]
    for name, field in Settings.model_fields.items():
        if _is_table(field.annotation):
            kind = field.annotation
            assert isinstance(kind, type)
            lines += ["", f"# {kind.__doc__}", f"[{name}]", *_keys(getattr(defaults, name), kind)]
    lines += ["", _targets(), "", _notifications()]
    lines += [
        "",
        f"# {Settings.model_fields['checks'].description}",
        '# [checks."indexes/unused"]',
        "# enabled = false",
        "",
    ]
    return "\n".join(lines)
