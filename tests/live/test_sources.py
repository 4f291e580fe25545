"""Every PostgreSQL source as every kind of role: it reads or says why not, and what it says mends it."""

from datetime import UTC, datetime

import pytest

from reading import SHOP, as_role, attempt, run, source_of, sources
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.history.codec import dump_section, load_section
from tunewright_agent.sources.postgres import grants
from tunewright_agent.sources.postgres.session import Reader
from tunewright_agent.sources.source import Source, SourceError
from tunewright_analyzers.facts.snapshot import Gap

NAMES = tuple(source.name for source in sources())
ROLES = ("superuser", "granted", "stranger", "stranger beside grants")


@pytest.fixture
def shop(database: str) -> str:
    """A database with something in it for every source."""
    run(database, SHOP)
    return database


def _gaps(source: Source[Reader], url: str) -> tuple[Gap, ...]:
    result = attempt(url, source)
    if isinstance(result, SourceError):
        return (Gap(source.name, result.reason, datetime.now(UTC), result.mend),)
    return result.gaps


@pytest.mark.parametrize("kind", ROLES)
@pytest.mark.parametrize("name", NAMES)
def test_a_source_reads_or_says_why_not(postgres: EmbeddedServer, shop: str, name: str, kind: str) -> None:
    source = source_of(name)
    with as_role(kind, postgres, shop) as url:
        collected = attempt(url, source)
    if isinstance(collected, SourceError):
        assert kind.startswith("stranger"), f"{collected.reason} {collected.mend}"
        assert collected.reason
        assert collected.mend
        return
    assert {type(section) for section in collected.sections} == set(source.sections)
    assert len(collected.sections) == len(source.sections)
    for section in collected.sections:
        assert load_section(section.name, dump_section(section)) == section
    declared = {section.name for section in source.sections}
    for gap in collected.gaps:
        assert gap.source == name
        assert gap.sections
        assert set(gap.sections) <= declared
        assert gap.mend


@pytest.mark.parametrize("name", NAMES)
def test_a_superuser_has_no_gap_and_the_granted_role_only_row_security(
    postgres: EmbeddedServer, shop: str, name: str
) -> None:
    assert _gaps(source_of(name), shop) == ()
    with as_role("granted", postgres, shop) as url:
        gaps = _gaps(source_of(name), url)
        if name != "columns":
            assert gaps == ()
            return
        assert [gap.mend for gap in gaps] == ["ALTER ROLE tunewright_owner BYPASSRLS;"]
        run(shop, str(gaps[0].mend))
        try:
            assert _gaps(source_of(name), url) == ()
        finally:
            run(shop, "ALTER ROLE tunewright_owner NOBYPASSRLS")


@pytest.mark.parametrize(
    ("name", "grant"),
    [
        ("activity", "GRANT pg_monitor TO"),
        ("columns", None),
        ("roles", "GRANT pg_read_all_stats TO"),
        ("sequences", 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA "the Shop" TO'),
        ("settings", "GRANT pg_read_all_settings TO"),
        ("statements", "GRANT pg_read_all_stats TO"),
    ],
)
def test_what_a_stranger_lacks_is_mended_by_what_the_gap_says(
    postgres: EmbeddedServer, shop: str, name: str, grant: str | None
) -> None:
    run(shop, "SELECT 1 AS somebody_elses_statement")
    with as_role("stranger", postgres, shop) as url:
        (gap,) = _gaps(source_of(name), url)
        assert gap.mend
        user = Reader(url).server.user
        if grant is None:
            assert "tunewright grants" in gap.mend
            run(shop, grants.sql(user), "ALTER ROLE tunewright_owner BYPASSRLS")
        else:
            assert gap.mend == f'{grant} "{user}";'
            run(shop, gap.mend)
        try:
            assert _gaps(source_of(name), url) == ()
        finally:
            if grant is None:
                run(shop, "ALTER ROLE tunewright_owner NOBYPASSRLS")


def test_no_source_has_another_gap_for_a_stranger(postgres: EmbeddedServer, shop: str) -> None:
    run(shop, "SELECT 1 AS somebody_elses_statement")
    with as_role("stranger", postgres, shop) as url:
        found = {name for name in NAMES if _gaps(source_of(name), url)}
    assert found == {"activity", "columns", "roles", "sequences", "settings", "statements"}


def test_a_schema_of_its_own_for_the_extension(postgres: EmbeddedServer, database: str) -> None:
    run(database, 'CREATE SCHEMA "100%s {schema}"; CREATE EXTENSION pg_stat_statements SCHEMA "100%s {schema}"')
    assert _gaps(source_of("statements"), database) == ()
    with as_role("granted", postgres, database) as url:
        assert _gaps(source_of("statements"), url) == ()
    with as_role("stranger", postgres, database) as url:
        (gap,) = _gaps(source_of("statements"), url)
        assert gap.mend
        mend = gap.mend.partition(": ")[2]
        assert mend.startswith('GRANT USAGE ON SCHEMA "100%s {schema}" TO "R ')
        run(database, mend)
        assert [one.mend for one in _gaps(source_of("statements"), url)] == [
            f'GRANT pg_read_all_stats TO "{Reader(url).server.user}";'
        ]
