"""What several answers of the RDS API have in common: identifiers in ARNs, tags, pending changes, engines in use."""

from tunewright_agent.sources.aws.reader import Reader, Row


def identifier(arn: str) -> str:
    """The name at the end of an ARN: `shop` of `arn:aws:rds:eu-west-1:123456789012:cluster:shop`."""
    return arn.rpartition(":")[2]


def present(value: object) -> str | None:
    """A text, or None for nothing and for the empty one."""
    return str(value) if value else None


def tags(row: Row) -> tuple[tuple[str, str], ...]:
    """TagList as pairs."""
    return tuple((one["Key"], one.get("Value", "")) for one in row.get("TagList", ()))


def pending(row: Row) -> tuple[tuple[str, str], ...]:
    """PendingModifiedValues as (name, value), the password left out."""
    values = row.get("PendingModifiedValues") or {}
    return tuple((name, str(value)) for name, value in sorted(values.items()) if name != "MasterUserPassword")


def engines_in_use(reader: Reader) -> tuple[tuple[str, str], ...]:
    """(engine, version) of the cluster and its members, each once."""
    rows = [*reader.clusters(), *reader.instances()]
    return tuple(sorted({(row["Engine"], row["EngineVersion"]) for row in rows}))


def major_of(engine: str, version: str) -> str:
    """The major version as RDS names it: `15` of PostgreSQL's 15.4, `8.0` of `8.0.mysql_aurora.3.08.0`, `10.11` of MariaDB's 10.11.18."""
    parts = version.split(".")
    return parts[0] if engine.endswith(("postgresql", "postgres")) else ".".join(parts[:2])
