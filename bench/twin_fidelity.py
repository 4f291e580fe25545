"""How near the twin plans to its source server: `make bench-twin_fidelity`. Writes bench/results/twin_fidelity.json.

For each release and workload: the same statements planned on the source and on its twin, without indexes, with indexes that are hypothetical
on the twin and really built on the source, and with a second twin that copied them as existing ones. Compared are the total cost and the
plan's shape (node kinds, relations, join types, indexes). README.md explains the figures.
"""

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

import advice_rows
import helpdesk
import index_advice
import tpch
import warehouse
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.whatif.twin import Twin
from tunewright_analyzers.facts.plans import Plan, PlanNode
from tunewright_analyzers.facts.relations import IndexColumn, RelationName
from tunewright_analyzers.indexes.statement import create_statement, index_name
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.plans.reading import read_plan

RESULT = Path(__file__).parent / "results" / "twin_fidelity.json"
SEED = 7
INDEXES = {
    "tpch": (
        "lineitem(l_shipdate, l_discount, l_quantity)", "lineitem(l_partkey, l_suppkey)", "lineitem(l_suppkey)", "orders(o_orderdate)",
        "orders(o_custkey)", "customer(c_mktsegment)", "partsupp(ps_suppkey)", "part(p_type)", "part(p_brand, p_container)",
        "lineitem(l_receiptdate)", "supplier(s_nationkey)", "customer(c_nationkey)",
    ),
    "helpdesk": (
        "ticket(tenant_id, state)", "ticket(assignee_id, changed_at)", "comment(ticket_id, written_at)", "event(ticket_id, at)",
        "ticket(requester_id)", "event(at)", "ticket(external_key)", "outbox(sent_at)", "member(tenant_id)",
    ),
}  # fmt: skip
"""Fixed, so that a change of the adviser does not change what is compared."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One statement planned on both. `difference`: what differs first between the shapes, None where they are the same."""

    statement: str
    setting: str
    source_cost: float
    twin_cost: float
    error_ratio: float
    difference: str | None


def _index(database: str, text: str) -> HypotheticalIndex:
    table, _, columns = text.rstrip(")").partition("(")
    keys = tuple(IndexColumn(one.strip()) for one in columns.split(","))
    return HypotheticalIndex(RelationName(database, "public", table), keys)


def _warehouse_indexes(connection: advice_rows.Connection) -> tuple[str, ...]:
    """An index on every reference and on the first other columns of each table, and one on both."""
    rows = connection.execute(
        "SELECT table_name::text, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name <> 'id' GROUP BY table_name ORDER BY table_name"
    ).fetchall()
    found: list[str] = []
    for table, columns in rows:
        names = [str(one) for one in columns]  # type: ignore[attr-defined]
        references = [one for one in names if one.endswith("_id")]
        others = [one for one in names if not one.endswith("_id")]
        found += [f"{table}({one})" for one in (*references, *others[:2])]
        if references and len(others) > 2:
            found.append(f"{table}({others[2]}, {references[0]})")
    return tuple(found)


def _nodes(plan: Plan, names: Mapping[str, str]) -> list[str]:
    def told(node: PlanNode) -> str:
        index = names.get(node.index or "", node.index)
        return " ".join(str(part) for part in (node.label, node.relation, index, node.join_type) if part)

    return [told(node) for node in plan.root.walk()]


def difference(source: Plan, twin: Plan, names: Mapping[str, str]) -> str | None:
    """The first node in which the shapes differ; None where they are the same."""
    here, there = _nodes(source, names), _nodes(twin, {})
    for one, other in zip(here, there, strict=False):
        if one != other:
            return f"{one} / {other}"
    return None if len(here) == len(there) else f"{len(here)} nodes / {len(there)}"


def _source_plan(connection: advice_rows.Connection, database: str, statement: str) -> Plan:
    cursor = connection.execute(f"EXPLAIN (FORMAT JSON, VERBOSE) {statement}".encode())
    assert cursor.pgresult is not None
    return read_plan((cursor.pgresult.get_value(0, 0) or b"").decode(), database)


def compare(
    url: str, database: str, work: Mapping[str, str], twin: Twin, setting: str,
    add: Sequence[HypotheticalIndex] = (), names: Mapping[str, str] | None = None,
) -> list[Compared]:  # fmt: skip
    """Each statement on the source as it stands and on the twin with `add`. `names`: the canonical text of each index by its name."""
    found = []
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        for name, text in work.items():
            source, ours = _source_plan(connection, database, text), twin.explain(database, text, add=add)
            before, after = source.root.cost.total, ours.root.cost.total
            error = abs(after - before) / before
            found.append(Compared(name, setting, before, after, error, difference(source, ours, names or {})))
    return found


def measure(server: EmbeddedServer, database: str, work: Mapping[str, str], texts: Sequence[str]) -> list[Compared]:
    """All three settings on a loaded database; its indexes are left standing."""
    url, indexes = server.url(database), [_index(database, text) for text in texts]
    reader = Reader(url, include=(database,))
    with Twin(reader, [database]) as twin, psycopg.connect(url, autocommit=True) as connection:
        found = compare(url, database, work, twin, "without indexes")
        names: dict[str, str] = {}
        for index in indexes:
            name = index_name(index, names)
            names[name] = str(index)
            connection.execute(create_statement(index, name, concurrently=False).encode())
        found += compare(url, database, work, twin, "with hypothetical indexes", indexes, names)
    with Twin(reader, [database]) as twin:
        found += compare(url, database, work, twin, "with existing indexes")
    reader.close()
    return found


def _summary(rows: Sequence[Compared]) -> dict[str, object]:
    errors = sorted(row.error_ratio for row in rows)
    worst = max(rows, key=lambda row: row.error_ratio)
    return {
        "plans": len(rows),
        "median_cost_error": statistics.median(errors),
        "p90_cost_error": errors[int(len(errors) * 0.9)],
        "worst_cost_error": worst.error_ratio,
        "worst_statement": worst.statement,
        "same_shape": sum(row.difference is None for row in rows),
    }


def _loaded(server: EmbeddedServer, workload: str, scale: float) -> tuple[dict[str, str], tuple[str, ...]]:
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {workload}".encode())
    with psycopg.connect(server.url(workload), autocommit=True) as connection:
        if workload == "tpch":
            tpch.load(connection, scale)
            return tpch.queries(scale), INDEXES["tpch"]
        if workload == "warehouse":
            warehouse.load(connection, SEED, 0.5)
            return warehouse.statements(SEED, 0.5), _warehouse_indexes(connection)
        helpdesk.load(connection)
        work: dict[str, str] = {}
        cursor = psycopg.ClientCursor(connection)
        for name, values in helpdesk.drawn(SEED, 400):
            work.setdefault(name, cursor.mogrify(helpdesk.MIX[name][1].encode(), values))
        return work, INDEXES["helpdesk"]


def main() -> None:
    """Each release and workload on a fresh server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=0.2, help="of TPC-H")
    parser.add_argument("--major", type=int, action="append", choices=sorted(index_advice.BINARIES))
    parser.add_argument("--workload", action="append", choices=index_advice.WORKLOADS)
    parser.add_argument("--results", type=Path, default=RESULT)
    options = parser.parse_args()
    found = []
    for major in options.major or (18, 15):
        for workload in options.workload or index_advice.WORKLOADS:
            with index_advice.server(major) as server:
                advice_rows.told(f"PostgreSQL {major}, {workload}: loading")
                work, indexes = _loaded(server, workload, options.scale)
                with psycopg.connect(server.url(workload)) as connection:
                    about = advice_rows.conditions(connection, index_advice.SETTINGS)
                rows = measure(server, workload, work, indexes)
            settings = dict.fromkeys(row.setting for row in rows)
            summaries = {one: _summary([row for row in rows if row.setting == one]) for one in settings}
            found.append({
                "major": major, "workload": workload, "all": _summary(rows), **summaries, "ran_against": about,
                "deviating": [asdict(row) for row in rows if row.difference or row.error_ratio > 0.01],
            })  # fmt: skip
            options.results.parent.mkdir(exist_ok=True)
            options.results.write_text(json.dumps(found, indent=1) + "\n")
            for setting, told in {"all": _summary(rows), **summaries}.items():
                print(
                    f"PostgreSQL {major} {workload:<10}{setting:<27}{told['plans']:>4} plans, median error {told['median_cost_error']:.3%},"
                    f" worst {told['worst_cost_error']:.1%} ({told['worst_statement']}), same shape {told['same_shape']}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
