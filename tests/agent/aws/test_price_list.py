"""`tunewright prices`: the Price List API's rows become our items. moto has no pricing: a substitute behind real boto3 gives rows of its form."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from aws_account import Hooks
from tunewright_agent.cli import prices
from tunewright_agent.cli.app import Exit, app
from tunewright_agent.sources.aws.price_table import parsed, read_lists
from tunewright_agent.sources.aws.session import Door, Limits

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("account")]
COMMANDS = (prices,)
"""Imported for their commands."""
INSTANCES = {
    ("Aurora PostgreSQL", "db.r8g.large"): (("InstanceUsage:db.r8g.large", 0.31), ("InstanceUsageIOOptimized:db.r8g.large", 0.403)),
    ("Aurora MySQL", "db.r7g.4xlarge"): (("InstanceUsage:db.r7g.4xl", 2.48), ("InstanceUsageIOOptimized:db.r7g.4xl", 3.224)),
    ("MySQL", "db.m7g.large"): (("InstanceUsage:db.m7g.large", 0.19),),
    ("PostgreSQL", "db.m7g.large"): (("InstanceUsage:db.m7g.large", 0.2),),
    ("MariaDB", "db.t4g.micro"): (("InstanceUsage:db.t4g.micro", 0.018),),
}  # fmt: skip
OTHERS = {
    "ServerlessV2": (("Aurora:ServerlessV2Usage", 0.14), ("Aurora:ServerlessV2IOOptimizedUsage", 0.19)),
    "Database Storage": (
        ("Aurora:StorageUsage", 0.11), ("Aurora:IO-OptimizedStorageUsage", 0.248), ("RDS:GP3-Storage", 0.127),
        ("Aurora:IO-OptimizedStorageUsage-LimitlessPreview", 0.0),
    ),
    "System Operation": (("Aurora:StorageIOUsage", 2.2e-07),),
    "Storage Snapshot": (("Aurora:BackupUsage", 0.022),),
}  # fmt: skip
CLOUDWATCH = (
    ("CW:AlarmMonitorUsage", 0.12), ("CW:HighResAlarmMonitorUsage", 0.36), ("CW:CompositeAlarmMonitorUsage", 0.55),
    ("CW:MetricMonitorUsage", 0.35), ("CW:GMD-Metrics", 0.000012), ("CW:Requests", 0.000011), ("DataProcessing-Bytes", 0.57),
)  # fmt: skip


def product(usage: str, dollars: float, **attributes: str) -> str:
    """A row as the API gives it: a text of JSON, in a Region with the prefix EU, with a term that is no on-demand one."""
    price = {"unit": "Hrs", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": f"{dollars:.10f}"}}
    dear = {**price, "pricePerUnit": {"USD": "99.0"}}
    return json.dumps({
        "product": {"sku": "X", "attributes": {"usagetype": f"EU-{usage}", "regionCode": "eu-west-1", **attributes}},
        "serviceCode": "AmazonRDS",
        "terms": {"OnDemand": {"X.J": {"priceDimensions": {"X.J.6": price}}}, "Reserved": {"X.R": {"priceDimensions": {"X.R.6": dear}}}},
    })  # fmt: skip


def answer(parameters: dict[str, Any]) -> dict[str, Any]:
    """What fits the filters, one row a page."""
    wanted = {one["Field"]: one["Value"] for one in parameters["Filters"]}
    rows: list[str] = []
    if parameters["ServiceCode"] == "AmazonCloudWatch":
        assert set(wanted) == {"regionCode"}
        rows = [product(usage, dollars) for usage, dollars in CLOUDWATCH if wanted["regionCode"] == "eu-west-1"]
        return _page(rows, parameters)
    assert parameters["ServiceCode"] == "AmazonRDS"
    if wanted["regionCode"] == "eu-west-1" and wanted["productFamily"] == "Database Instance":
        assert wanted["deploymentOption"] == "Single-AZ"
        for (engine, name), found in INSTANCES.items():
            if engine == wanted["databaseEngine"]:
                rows += [product(usage, dollars, instanceType=name, databaseEngine=engine) for usage, dollars in found]
    elif wanted["regionCode"] == "eu-west-1":
        rows = [product(usage, dollars, databaseEngine="Any") for usage, dollars in OTHERS[wanted["productFamily"]]]
    return _page(rows, parameters)


def _page(rows: list[str], parameters: dict[str, Any]) -> dict[str, Any]:
    first = int(parameters.get("NextToken") or 0)
    more = {"NextToken": str(first + 1)} if first + 1 < len(rows) else {}
    return {"FormatVersion": "aws_v1", "PriceList": rows[first : first + 1], **more}


@pytest.fixture
def _priced(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks.answer("pricing", "GetProducts", answer)
    monkeypatch.setattr(prices, "Door", lambda: Door(Limits(attempts=1), make=hooks.make))


@pytest.mark.usefixtures("_priced")
def test_a_regions_prices_become_a_file_that_the_settings_take(tmp_path: Path) -> None:
    path = tmp_path / "prices-eu-west-1.toml"
    result = CliRunner().invoke(app, ["prices", "update", "--region", "eu-west-1", "--out", str(path)])
    assert result.exit_code == 0, result.output
    found = read_lists({}, (path,)).of("eu-west-1")
    assert found == parsed(path.read_text())
    assert {row.item: row.dollars for row in found.rows} == {
        "aurora:db.r8g.large": 0.31, "aurora:db.r7g.4xlarge": 2.48, "rds:mysql:db.m7g.large": 0.19, "rds:postgres:db.m7g.large": 0.2,
        "rds:mariadb:db.t4g.micro": 0.018, "aurora:iopt:class-factor": 1.3, "aurora:acu": 0.14, "aurora:storage": 0.11,
        "aurora:iopt:storage": 0.248, "aurora:io": 0.22, "aurora:backup": 0.022,
        "cloudwatch:alarm": 0.12, "cloudwatch:alarm-share": 0.24, "cloudwatch:alarm-anomaly": 0.36, "cloudwatch:alarm-composite": 0.55,
        "cloudwatch:metric": 0.35, "cloudwatch:get-metric-data": 0.012, "cloudwatch:request": 0.011,
    }  # fmt: skip
    assert found.source == "AWS Price List API"


def test_a_region_that_lacks_an_item_is_not_half_anothers(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        'region = "eu-west-1"\nas_of = 2026-11-28\nsource = "x"\n[items.month]\n"cloudwatch:alarm" = 0.12\n'
    )
    lists = read_lists({}, (path,))
    assert lists.of_or_listed("eu-west-1", ["cloudwatch:alarm"]).region == "eu-west-1"
    assert lists.of_or_listed("eu-west-1", ["cloudwatch:alarm", "cloudwatch:alarm-composite"]).region == "us-east-1"
    own = read_lists({"cloudwatch:alarm-composite": 0.4}, (path,))
    found = own.of_or_listed("eu-west-1", ["cloudwatch:alarm", "cloudwatch:alarm-composite"])
    assert (found.region, [row.dollars for row in found.rows]) == ("eu-west-1", [0.12, 0.4])


@pytest.mark.usefixtures("_priced")
def test_a_region_that_is_none_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    result = CliRunner().invoke(app, ["prices", "update", "--region", "eu-nowhere-9", "--out", str(path)])
    assert result.exit_code == Exit.INCOMPLETE
    assert not path.exists()


@pytest.mark.usefixtures("_priced")
def test_without_leave_it_says_which(tmp_path: Path, hooks: Hooks) -> None:
    hooks.answers.clear()
    hooks.fail("pricing", "GetProducts", "AccessDeniedException", 400)
    result = CliRunner().invoke(app, ["prices", "update", "--region", "eu-west-1", "--out", str(tmp_path / "x")])
    assert result.exit_code == Exit.UNREACHABLE
    assert "pricing:GetProducts" in result.output


def test_show_says_of_which_region_and_day_and_what_to_do_where_there_are_none(tmp_path: Path) -> None:
    known = json.loads(CliRunner().invoke(app, ["prices", "show", "--region", "us-east-1", "--format", "json"]).stdout)
    assert (known["region"], known["as_of"]) == ("us-east-1", "2026-11-28")
    none = CliRunner().invoke(app, ["prices", "show", "--region", "eu-west-1"])
    assert "tunewright prices update --region eu-west-1" in none.stdout
    config = tmp_path / "t.toml"
    config.write_text('[prices]\nitems = { "aurora:io" = 0.22 }\n')
    mine = CliRunner().invoke(
        app, ["prices", "show", "--region", "eu-west-1", "--config", str(config), "--format", "json"]
    )
    assert [(row["item"], row["own"]) for row in json.loads(mine.stdout)["prices"]] == [("aurora:io", True)]
