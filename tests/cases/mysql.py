"""Short makers of facts as MySQL's sources fill them."""

from cases.case import DAY
from tunewright_analyzers.facts.accounts import Account, Accounts
from tunewright_analyzers.facts.relations import RelationName, Table, Tables
from tunewright_analyzers.facts.server_status import ServerStatus, Value
from tunewright_analyzers.facts.settings import Setting, Settings


def mysql_table(name: str, *, engine: str = "InnoDB", rows: int = 1000, collation: str = "utf8mb4_0900_ai_ci") -> Table:
    """A table of the schema `shop`."""
    options = (("engine", engine), ("row_format", "Dynamic"), ("collation", collation))
    return Table(
        RelationName("shop", "shop", name), "r", rows * 100, 0, 0, 1, float(rows), live_rows=rows, options=options
    )


def tables(*rows: Table) -> Tables:
    """The section of these tables."""
    return Tables(DAY, rows)


def accounts(*rows: Account) -> Accounts:
    """The section of these accounts."""
    return Accounts(rows)


def account(
    user: str = "app",
    host: str = "10.0.%",
    *,
    plugin: str = "caching_sha2_password",
    password: bool = True,
    **more: bool,
) -> Account:
    """An account that may log in."""
    return Account(user, host, plugin, password, **more)  # type: ignore[arg-type]


def status(counters: dict[str, float] | None = None, gauges: dict[str, float] | None = None) -> ServerStatus:
    """Counters over the day, and gauges."""
    counted = tuple(Value(name, value) for name, value in (counters or {}).items())
    return ServerStatus(DAY, counted, tuple(Value(name, value) for name, value in (gauges or {}).items()))


def variables(**values: str) -> Settings:
    """Settings as the source has them: booleans `on` and `off`."""

    def kind(value: str) -> str:
        return "bool" if value in {"on", "off"} else "integer" if value.lstrip("-").isdigit() else "string"

    return Settings(
        tuple(Setting(name, value, None, kind(value), "user", "compiled", None) for name, value in values.items())
    )
