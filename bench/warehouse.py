"""A made-up warehouse for the benchmarks: 24 tables and about 100 analytical statements, drawn from a seed. Called by index_advice.py.

So that the adviser is measured on something that nobody knows by heart: another seed is another warehouse.
"""

from dataclasses import dataclass, field
from random import Random

import psycopg

TABLES = 24
STATEMENTS = 100
_NOUNS = (
    "parcel", "invoice", "meter", "visit", "policy", "claim", "route", "sensor", "crew", "ledger", "plant", "lot", "tariff", "permit",
    "batch", "clinic", "wagon", "reading", "voucher", "harvest", "contract", "depot", "signal", "survey",
)  # fmt: skip
_ATTRIBUTES = (
    "grade",
    "zone",
    "state",
    "channel",
    "amount",
    "weight",
    "score",
    "opened",
    "closed",
    "seen",
    "active",
    "remark",
    "code",
    "level",
)
_KINDS = {
    "grade": "category", "zone": "category", "state": "status", "channel": "category", "amount": "money", "weight": "float", "score": "int",
    "opened": "date", "closed": "date?", "seen": "time", "active": "flag", "remark": "text", "code": "text", "level": "int",
}  # fmt: skip
_TYPES = {
    "category": "text", "status": "text", "money": "numeric(12,2)", "float": "float8", "int": "int", "date": "date", "date?": "date",
    "time": "timestamptz", "flag": "boolean", "text": "text",
}  # fmt: skip
_FIRST_DAY, _DAYS = "2021-01-01", 1400


@dataclass(slots=True)
class _Table:
    name: str
    rows: int
    parents: list["_Table"] = field(default_factory=list)
    attributes: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Name to (kind, number of different values)."""


def _expression(kind: str, values: int, random: Random) -> str:
    skew = random.choice(("random()", "power(random(), 3)", "power(random(), 8)"))
    return {
        "category": f"'v' || ({skew} * {values})::int",
        "status": "CASE WHEN random() < 0.93 THEN 'done' WHEN random() < 0.6 THEN 'open' ELSE 'held' END",
        "money": f"({skew} * {values})::numeric(12,2)",
        "float": f"{skew} * {values}",
        "int": f"({skew} * {values})::int",
        "date": f"date '{_FIRST_DAY}' + (i::float8 / n * {_DAYS})::int",
        "date?": f"CASE WHEN random() < 0.4 THEN date '{_FIRST_DAY}' + (random() * {_DAYS})::int END",
        "time": f"timestamptz '{_FIRST_DAY}' + random() * {_DAYS} * interval '1 day'",
        "flag": "random() < 0.04",
        "text": f"md5((({skew} * {values})::int)::text) || repeat('x', (random() * 20)::int)",
    }[kind]


def _tables(random: Random, scale: float) -> list[_Table]:
    made: list[_Table] = []
    for number, noun in enumerate(_NOUNS[:TABLES]):
        least, most, parents = ((50, 2_000, 0), (5_000, 40_000, 2), (120_000, 400_000, 4))[
            (number >= 9) + (number >= 18)
        ]
        table = _Table(noun, max(20, int(random.randint(least, most) * scale)))
        table.parents = random.sample(made[: 9 if number < 18 else 18], k=random.randint(1, parents)) if parents else []
        for name in sorted(random.sample(_ATTRIBUTES, k=random.randint(4, 9))):
            table.attributes[name] = _KINDS[name], random.choice((8, 40, 300, 3_000, 20_000))
        made.append(table)
    return made


def load(connection: psycopg.Connection[tuple[object, ...]], seed: int, scale: float = 1.0) -> None:
    """Make and fill the tables with their primary keys on an autocommit connection; VACUUM ANALYZE. The same for a seed."""
    random = Random(seed)
    connection.execute(f"SELECT setseed({random.random():.6f})".encode())
    for table in _tables(random, scale):
        columns = ["id int PRIMARY KEY", *(f"{one.name}_id int NOT NULL" for one in table.parents)]
        columns += [f"{name} {_TYPES[kind]}" for name, (kind, _) in table.attributes.items()]
        values = [
            "i",
            *(f"1 + (power(random(), {random.choice((1, 2))}) * {one.rows - 1})::int" for one in table.parents),
        ]
        values += [_expression(kind, count, random) for kind, count in table.attributes.values()]
        connection.execute(f"CREATE TABLE {table.name} ({', '.join(columns)})".encode())
        rows = f"FROM (SELECT {table.rows} AS n) s, generate_series(1, n) i"
        connection.execute(f"INSERT INTO {table.name} SELECT {', '.join(values)} {rows}".encode())
    connection.execute("VACUUM ANALYZE")


def _condition(table: _Table, name: str, random: Random) -> str:
    kind, values = table.attributes[name]
    column, number = f"{table.name}.{name}", random.randint(0, values)
    start = f"date '{_FIRST_DAY}' + {random.randint(0, _DAYS)}"
    many = ", ".join(f"'v{random.randint(0, values)}'" for _ in range(3))
    choices = {
        "category": (f"{column} = 'v{number}'", f"{column} IN ({many})"),
        "status": (f"{column} = '{random.choice(('open', 'held'))}'", f"{column} <> 'done'"),
        "money": (f"{column} > {values * random.uniform(0.7, 0.99):.2f}",),
        "float": (f"{column} BETWEEN {number * 0.9:.3f} AND {number}",),
        "int": (f"{column} = {number}", f"{column} > {int(values * 0.9)}"),
        "date": (f"{column} = {start}", f"{column} >= {start} AND {column} < {start} + {random.choice((7, 30, 90))}"),
        "date?": (f"{column} IS NULL", f"{column} >= {start}", f"{column} BETWEEN {start} AND {start} + 14"),
        "time": (f"{column} >= {start} AND {column} < {start} + interval '{random.choice((1, 7, 30))} days'",),
        "flag": (column, f"NOT {column}"),
        "text": (f"{column} LIKE md5('{number}') || '%'", f"left({column}, 32) = md5('{number}')"),
    }
    return random.choice(choices[kind])


def _walk(tables: list[_Table], random: Random) -> tuple[list[_Table], str]:
    """A fact table and some of what it refers to, joined."""
    root = random.choice(tables[9:] + tables[18:] * 2)
    joined, text = [root], root.name
    for _ in range(random.randint(0, 3)):
        child = random.choice(joined)
        free = [one for one in child.parents if one not in joined]
        if free:
            parent = random.choice(free)
            text += f" JOIN {parent.name} ON {parent.name}.id = {child.name}.{parent.name}_id"
            joined.append(parent)
    return joined, text


def _statement(tables: list[_Table], random: Random) -> str:
    joined, text = _walk(tables, random)
    conditions = [
        _condition(table, name, random)
        for table in joined
        for name in random.sample(sorted(table.attributes), k=random.randint(0, 2))
    ]
    root = joined[0]
    children = [one for one in tables if root in one.parents]
    if children and random.random() < 0.25:
        child = random.choice(children)
        extra = _condition(child, random.choice(sorted(child.attributes)), random)
        conditions.append(
            f"EXISTS (SELECT FROM {child.name} WHERE {child.name}.{root.name}_id = {root.name}.id AND {extra})"
        )
    if not conditions:
        conditions.append(_condition(root, random.choice(sorted(root.attributes)), random))
    where = " AND ".join(conditions)
    table = random.choice(joined)
    shown = random.choice(sorted(table.attributes))
    shape = random.random()
    if shape < 0.5:
        return (
            f"SELECT {table.name}.{shown}, count(*), max({root.name}.id) FROM {text} WHERE {where}"
            f" GROUP BY {table.name}.{shown} ORDER BY 2 DESC, 1 LIMIT 50"
        )
    if shape < 0.75:
        number = "::int" if table.attributes[shown][0] == "flag" else ""
        number = "::int" if table.attributes[shown][0] == "flag" else ""
        return f"SELECT count(*), min({table.name}.{shown}{number}) FROM {text} WHERE {where}"
    order = random.choice(sorted(root.attributes))
    return f"SELECT {root.name}.*, {table.name}.{shown} FROM {text} WHERE {where} ORDER BY {root.name}.{order} DESC, {root.name}.id LIMIT 25"


def statements(seed: int, scale: float = 1.0, count: int = STATEMENTS) -> dict[str, str]:
    """The statements for the tables that `load` makes of the same seed and scale, by number."""
    random = Random(seed)
    random.random()  # `load` draws the server's seed first
    tables = _tables(random, scale)
    random = Random(seed + 1)
    found: dict[str, None] = {}
    while len(found) < count:
        found.setdefault(_statement(tables, random))
    return {f"{number:03d}": text for number, text in enumerate(found, 1)}
