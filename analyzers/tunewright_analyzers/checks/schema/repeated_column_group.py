"""`schema/repeated_column_group`: reads Schema and Tables; says which tables number their columns where rows belong."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tunewright_analyzers.check import Context, Verdict, check, threshold
from tunewright_analyzers.facts.columns import Column, Schema
from tunewright_analyzers.facts.relations import Tables
from tunewright_analyzers.finding import Evidence, Severity, Subject
from tunewright_analyzers.schema.tables import listed, rows_of, tables_with

_NUMBERED = re.compile(r"(.*?)_?(\d{1,3})(_.*|[^\d].*)?")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is a group."""

    least: float = threshold(3, "count", "Numbered columns of one name and type that make a group.")


def _groups(columns: Sequence[Column], least: float) -> list[list[str]]:
    """Names of columns that differ in a number only, of one type, numbered without a hole."""
    groups: dict[tuple[str, str, str], dict[int, str]] = {}
    for column in columns:
        match = _NUMBERED.fullmatch(column.name)
        if match and match[1]:
            groups.setdefault((match[1], match[3] or "", column.base_type), {})[int(match[2])] = column.name
    found = []
    for members in groups.values():
        numbers = sorted(members)
        if len(numbers) >= least and numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] < 2:
            found.append([members[number] for number in numbers])
    return found


@check(needs=(Schema, Tables), thresholds=Thresholds)
def repeated_column_group(context: Context[Thresholds]) -> Iterator[Verdict]:
    """Columns that repeat under a number: phone1, phone2, phone3.

    Risk: the next one needs a change of the schema; a search must name every column and needs an index on each; no constraint keeps the
        same value from standing twice.
    Evidence: names in pg_attribute that differ in a number only, numbered on from 0 or 1 without a hole, of one type.
    Remedy: a table with one row a value, referring to this one.
    False positives: numbers that are part of the meaning (the lines of a printed address, the coefficients of a model).
    """
    for table, columns in tables_with(context.window, lambda _: True):
        for names in _groups(columns, context.thresholds.least):
            yield context.finding(
                Subject("table", f"{table.name}({names[0]}, …)", table.name.database),
                Severity.INFO,
                f"Table {table.name} repeats a column under a number: {listed(names)}.",
                Evidence("columns", listed(names), "", "pg_attribute"),
                Evidence("how many", len(names), "count", "pg_attribute"),
                Evidence("rows", rows_of(table), "rows", "pg_stat_user_tables"),
            )
