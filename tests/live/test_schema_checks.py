"""The schema checks over what the sources read of real servers: each planted fault is found on its table, and the sound twin is not."""

from datetime import UTC, datetime

import pytest

from reading import reader, run, source_of, value
from tunewright_analyzers.check import discover
from tunewright_analyzers.check import run as run_check
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Section, Snapshot, Window
from tunewright_analyzers.finding import Finding

FAULTY = """
CREATE TABLE things (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), code character(8), price money, at timestamp DEFAULT now(), body json,
  ref varchar(36), owner_type text, owner_id int, phone1 text, phone2 text, phone3 text,
  amount text, day varchar(10), mixed text);
CREATE TABLE properties (thing_id bigint, attribute text, value text);
CREATE TABLE codes (code text COLLATE "C" PRIMARY KEY);
CREATE TABLE uses (code text REFERENCES codes, at int, UNIQUE (code, at));
CREATE TABLE twice (id int PRIMARY KEY);
ALTER TABLE twice ADD CONSTRAINT again UNIQUE (id);
INSERT INTO things (ref, code, amount, day, mixed)
  SELECT gen_random_uuid()::text, 'x', (g * 0.25)::text, (date '2020-01-01' + g % 900)::text, CASE WHEN g % 2 = 0 THEN 'none' ELSE g::text END
  FROM generate_series(1, 20000) g;
INSERT INTO properties SELECT g, 'a', 'b' FROM generate_series(1, 100000) g;
"""
SOUND = """
CREATE TABLE sound (
  id bigint PRIMARY KEY, code text NOT NULL, price numeric, at timestamptz DEFAULT now(), body jsonb, ref uuid, phone1 text, phone2 text,
  owner_type text, owner_id bigint, UNIQUE (code, id));
INSERT INTO sound (id, code) SELECT g, 'x' FROM generate_series(1, 20000) g;
"""
EXPECTED = {
    "schema/padded_char": {"table public.things"},
    "schema/money_type": {"table public.things"},
    "schema/timestamp_without_zone": {"table public.things"},
    "schema/json_not_jsonb": {"table public.things"},
    "schema/uuid_as_text": {"column public.things.ref"},
    "schema/text_holds_values": {"column public.things.amount", "column public.things.day"},
    "schema/random_uuid_key": {"column public.things.id"},
    "schema/nullable_unique": {"index public.uses_code_at_key"},
    "schema/redundant_constraint": {"constraint public.twice.again"},
    "schema/repeated_column_group": {"table public.things(phone1, …)"},
    "schema/polymorphic_reference": {
        "table public.sound(owner_type, owner_id)",
        "table public.things(owner_type, owner_id)",
    },
    "schema/entity_attribute_value": {"table public.properties"},
    "schema/mixed_collations": {"column public.uses.code"},
    "schema/wide_table": set[str](),
    "schema/unpartitioned_giant": set[str](),
}
OVERRIDES = {"schema/random_uuid_key": {"bytes_min": 8192}}


@pytest.fixture
def window(database: str) -> Window:
    """What schema, relations and columns say of a database full of mistakes."""
    run(database, FAULTY, SOUND, "VACUUM ANALYZE")
    if value(database, "SELECT current_setting('server_version_num')::int") >= 150000:
        run(database, "SELECT pg_stat_force_next_flush()")
    at, sections = datetime.now(UTC), list[Section]()
    with reader(database) as made:
        for name in ("schema", "relations", "columns"):
            sections += source_of(name).collect(made, at).sections
        version = made.server.version
    latest = Snapshot(
        ClusterId("shop"), InstanceId("db"), Engine.POSTGRESQL, version, Flavour.SELF_MANAGED, at, tuple(sections)
    )
    return Window(ClusterId("shop"), at, at, latest)


def test_planted_faults_are_found_and_nothing_else(window: Window) -> None:
    found: dict[str, set[str]] = {}
    for check in discover():
        if check.id in EXPECTED:
            verdicts = run_check(check, window, OVERRIDES.get(check.id))
            found[check.id] = {f"{one.subject.kind} {one.subject.name}" for one in verdicts if isinstance(one, Finding)}
    assert found == EXPECTED


def test_the_advice_runs_and_mends_what_it_names(database: str, window: Window) -> None:
    statements = [
        statement
        for check in discover()
        if check.id in EXPECTED
        for one in run_check(check, window, OVERRIDES.get(check.id))
        if hasattr(one, "statements")
        for statement in one.statements
    ]
    assert len(statements) >= 4
    run(database, *statements)
    types = "SELECT string_agg(format_type(atttypid, atttypmod), ' ') FROM pg_attribute WHERE attrelid = 'things'::regclass AND attnum > 0"
    assert not {"money", "json", "character(8)"} & set(str(value(database, types)).split())
    assert value(database, "SELECT count(*) FROM pg_constraint WHERE conname = 'again'") == 0
