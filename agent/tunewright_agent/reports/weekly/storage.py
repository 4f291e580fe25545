"""Sizes, bloat, vacuum, wraparound and forecasts of a week. Pure.

A forecast is a straight line through the week's daily ends of the size by least squares; it is given only from four days on, and says how well
the line fits.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tunewright_agent.reports.quantities import bytes_text
from tunewright_agent.reports.views import cut, moment, span
from tunewright_agent.reports.weekly.document import Block, Chart, Limits, Number, Part, Series, Table, Text
from tunewright_agent.reports.weekly.performance import HOUR
from tunewright_agent.week import Measure, RelationWeek, Week
from tunewright_analyzers.facts.relations import Table as TableFacts

LEAST_DAYS = 4
_WRAPAROUND = 2**31
_LEAST_CHANGE = 1024**2


@dataclass(frozen=True, slots=True)
class Trend:
    """A line: the value at its end, its rise a day, and how much of the variance it tells (0 to 1)."""

    last: float
    a_day: float
    fit: float

    def after(self, days: float) -> float:
        """The value so many days on."""
        return self.last + days * self.a_day


def trend(measures: Sequence[Measure]) -> Trend | None:
    """Of the last measure of each day; None for fewer than four days."""
    by_day = {one.at.date(): one for one in measures}
    rows = [by_day[day] for day in sorted(by_day)]
    if len(rows) < LEAST_DAYS:
        return None
    xs = [(one.at - rows[0].at).total_seconds() / 86400 for one in rows]
    ys = [one.value for one in rows]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    if spread <= 0:
        return None
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / spread
    total = sum((y - mean_y) ** 2 for y in ys)
    left = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in zip(xs, ys, strict=True))
    return Trend(mean_y + slope * (xs[-1] - mean_x), slope, 1 - left / total if total > 0 else 1.0)


def sizes_part(week: Week, limits: Limits) -> Part:
    """Tables and indexes whose size or bloat changed."""
    blocks: list[Block] = []
    grown = sorted(week.relations, key=lambda one: (-abs(one.last_bytes - one.first_bytes), str(one.name)))
    grown = [one for one in grown if abs(one.last_bytes - one.first_bytes) >= _LEAST_CHANGE]
    if grown:
        rows = tuple(
            (one.kind, f"{cut(str(one.name), 200)} in {one.name.database}", Number(one.first_bytes, "bytes"), Number(one.last_bytes, "bytes"),
             _signed(one.last_bytes - one.first_bytes))
            for one in grown[: limits.rows]
        )  # fmt: skip
        blocks.append(
            Table(
                "Size at the first and the last reading of the week",
                ("kind", "name", "first", "last", "change"),
                rows,
                max(0, len(grown) - limits.rows),
            )
        )
    bloated = sorted((one for one in week.relations if _bloat(one)), key=lambda one: (-abs(_bloat(one)), str(one.name)))
    if bloated:
        rows = tuple(
            (one.kind, f"{cut(str(one.name), 200)} in {one.name.database}", Number(one.first_bloat_bytes, "bytes"),
             Number(one.last_bloat_bytes, "bytes"), _signed(_bloat(one)))
            for one in bloated[: limits.rows]
        )  # fmt: skip
        heads = ("kind", "name", "first", "last", "change")
        blocks.append(
            Table(
                "Bloat (estimated from column widths), where it changed by 1 MB",
                heads,
                rows,
                max(0, len(bloated) - limits.rows),
            )
        )
    if not blocks:
        blocks.append(
            Text("No table or index changed its size or bloat by 1 MB, of those in which anything was counted.")
        )
    return Part(
        "sizes",
        "Tables, indexes and bloat",
        span(week.period),
        "pg_relation_size and column statistics, from the history",
        tuple(blocks),
    )


def _bloat(one: RelationWeek) -> int:
    if one.first_bloat_bytes is None or one.last_bloat_bytes is None:
        return 0
    change = one.last_bloat_bytes - one.first_bloat_bytes
    return change if abs(change) >= _LEAST_CHANGE else 0


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '-'}{bytes_text(abs(value))}"


def vacuum_part(week: Week, limits: Limits) -> Part:
    """Transaction ids and dead rows."""
    blocks: list[Block] = []
    if week.databases is not None and week.databases.rows:
        rows = tuple(
            (cut(one.name, 200), Number(one.xid_age, "transactions"), Number(one.xid_age / _WRAPAROUND, "ratio"), Number(one.mxid_age, "multixacts"))
            for one in sorted(week.databases.rows, key=lambda one: (-one.xid_age, one.name))[: limits.rows]
        )  # fmt: skip
        blocks.append(
            Table(
                "Age of the oldest unfrozen transaction, and its share of what there is (2^31)",
                ("database", "age", "share", "multixacts"),
                rows,
            )
        )
        blocks += _wraparound(week)
    if week.tables is not None:
        blocks.append(_dead(week.tables.rows, limits))
    if not blocks:
        blocks.append(Text("Not read: neither databases nor tables are kept in the history."))
    return Part(
        "vacuum",
        "Vacuum and wraparound",
        f"state at the last reading; trend {span(week.period)}",
        "pg_database, pg_stat_all_tables",
        tuple(blocks),
    )


def _wraparound(week: Week) -> list[Block]:
    mine = [one for one in week.xid_ages if one.at >= week.period.start]
    line = trend(mine)
    if line is None:
        return [Text("How fast the age rises is not told: fewer than four days of it are recorded.")]
    if line.a_day <= 0:
        return [Text("The oldest age did not rise over the week.")]
    days = (_WRAPAROUND - line.last) / line.a_day
    return [
        Text(
            f"It rose by {Number(round(line.a_day), 'transactions')} a day; at that pace, and if nothing was frozen, "
            f"wraparound would be {days:,.0f} days away."
        )
    ]


def _dead(rows: Sequence[TableFacts], limits: Limits) -> Block:
    dead = sorted((one for one in rows if one.dead_rows > 0), key=lambda one: (-one.dead_rows, str(one.name)))
    if not dead:
        return Text("No table has dead rows.")
    shown = tuple(
        (f"{cut(str(one.name), 200)} in {one.name.database}", Number(one.dead_rows, "rows"),
         Number(one.dead_rows / (one.dead_rows + one.live_rows), "ratio"), _last(one.last_vacuum, one.last_autovacuum))
        for one in dead[: limits.rows]
    )  # fmt: skip
    return Table(
        "Tables with most dead rows",
        ("table", "dead rows", "share", "last vacuumed"),
        shown,
        max(0, len(dead) - limits.rows),
    )


def _last(*times: datetime | None) -> str:
    known = [one for one in times if one is not None]
    return moment(max(known)) if known else "never seen"


def capacity_part(week: Week, limits: Limits) -> Part:
    """How sizes grow, and what is near its end."""
    blocks: list[Block] = []
    mine = [one for one in week.sizes if one.at >= week.period.start]
    if mine:
        points = _hourly(mine, week)
        words = f"{bytes_text(mine[0].value)} at the first reading, {bytes_text(mine[-1].value)} at the last"
        blocks.append(
            Chart("Size of all databases", "bytes", week.period, (Series("size", "line-now", points),), words)
        )
    line = trend(mine)
    if line is None:
        blocks.append(Text("No forecast: fewer than four days of sizes are recorded in the week."))
    else:
        rows = tuple((f"in {days} days", Number(round(max(0.0, line.after(days))), "bytes")) for days in (30, 90, 365))
        fit = f"{line.fit:.0%}".replace("%", " %")
        blocks.append(
            Table(
                f"Size of all databases if it goes on as this week: {_signed(line.a_day)} a day (the line tells {fit} of the variance)",
                ("when", "size"),
                rows,
            )
        )
    near = [
        one
        for one in (week.sequences.rows if week.sequences else ())
        if one.last_value and one.max_value and not one.cycles
    ]
    used = sorted(((one.last_value or 0) / one.max_value, str(one.name)) for one in near if one.increment > 0)[::-1]
    if used:
        rows = tuple((cut(name, 200), Number(share, "ratio")) for share, name in used[: min(limits.rows, 5)])
        blocks.append(
            Table("Sequences nearest their end", ("sequence", "used"), rows, max(0, len(used) - min(limits.rows, 5)))
        )
    return Part(
        "capacity", "Capacity", span(week.period), "pg_database_size, pg_sequences, from the history", tuple(blocks)
    )


def _hourly(rows: Sequence[Measure], week: Week) -> tuple[tuple[datetime, float | None], ...]:
    """The last size known at the end of each hour; nothing before the first."""
    found: list[tuple[datetime, float | None]] = []
    position, value = 0, math.nan
    for number in range(round(week.period.seconds / 3600)):
        at = week.period.start + timedelta(hours=number)
        while position < len(rows) and rows[position].at <= at + HOUR:
            value = rows[position].value
            position += 1
        found.append((at, None if math.isnan(value) else value))
    return tuple(found)
