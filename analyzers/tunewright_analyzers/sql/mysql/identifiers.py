"""Names as MySQL reads them back: in backticks."""

from tunewright_analyzers.facts.relations import RelationName


def quoted(name: str) -> str:
    """The name in backticks, always: reserved words differ between releases."""
    return "`" + name.replace("`", "``") + "`"


def qualified(name: RelationName) -> str:
    """`schema`.`table`."""
    return f"{quoted(name.schema)}.{quoted(name.name)}" if name.schema else quoted(name.name)


def account_quoted(account: str) -> str:
    """`tunewright@%` as SQL names it: `'tunewright'@'%'`."""
    user, _, host = account.rpartition("@")
    return "@".join("'" + part.replace("\\", "\\\\").replace("'", "''") + "'" for part in (user, host))
