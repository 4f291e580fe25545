"""Candidates beyond the plain B-tree: partial by constants and nulls, inverted, text patterns, BRIN, orders, what the statement asks at once."""

from tunewright_analyzers.facts.columns import ColumnStatistics
from tunewright_analyzers.facts.relations import RelationName
from tunewright_analyzers.indexes.candidates import LEAST_PAGES, candidates
from tunewright_analyzers.indexes.kinds import LEAST_BRIN_PAGES
from tunewright_analyzers.indexes.known import Known
from tunewright_analyzers.indexes.merge import merged
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.catalogue import Catalogue
from tunewright_analyzers.sql.predicates import predicates

_TYPES = {
    "id": "bigint",
    "name": "text",
    "tags": "text[]",
    "doc": "jsonb",
    "body": "tsvector",
    "at": "date",
    "state": "text",
    "gone": "timestamp with time zone",
    "price": "numeric",
}
_TABLE = RelationName("shop", "public", "things")
_CATALOGUE = Catalogue(
    "shop",
    {("public", "things"): tuple(_TYPES), ("public", "other"): ("id", "thing_id")},
    types={("public", "things", column): kind for column, kind in _TYPES.items()},
)


def _known(pages: int = 100_000, null_ratio: float = 0.9) -> Known:
    statistics = {
        (_TABLE, "at"): ColumnStatistics(_TABLE, "at", 0.0, 1000, 4, 0.99),
        (_TABLE, "gone"): ColumnStatistics(_TABLE, "gone", null_ratio, 1000, 8, 0.0),
        (_TABLE, "state"): ColumnStatistics(_TABLE, "state", 0.0, 3, 8, 0.0),
        (_TABLE, "name"): ColumnStatistics(_TABLE, "name", 0.0, -0.9, 8, 0.0),
    }
    types = {(_TABLE, column): kind for column, kind in _TYPES.items()}
    return Known(types, statistics, {_TABLE: 1e6}, {_TABLE: pages})


def _made(text: str, known: Known | None = None) -> set[str]:
    found = candidates(predicates(text, _CATALOGUE), known=known or _known())
    return {f"{one} {one.keys[0].opclass or ''}".strip() for one in found}


def test_constants_make_partial_indexes_that_hold_only_what_is_still_read() -> None:
    made = _made("SELECT price FROM things WHERE state = 'open' AND id > 5 AND name = $1")
    assert "public.things(name) include (price) where ((id > 5) AND (state = 'open'))" in made
    assert "public.things(name) where ((id > 5) AND (state = 'open'))" in made
    assert "public.things(name) include (id, price) where (state = 'open')" in made
    assert not any("$1" in one for one in made)


def test_where_constants_say_all_any_column_is_key() -> None:
    assert "public.things(price) where (state = 'open')" in _made("SELECT sum(price) FROM things WHERE state = 'open'")


def test_a_comparison_of_two_columns_makes_a_partial_index() -> None:
    made = _made("SELECT id FROM things WHERE gone < at AND id = $1")
    assert "public.things(id) where (gone < at)" in made


def test_conditions_that_change_from_call_to_call_make_none() -> None:
    for text in ("at > now()", "at > CURRENT_DATE", "price > (SELECT 1)", "random() < 0.5", "at > $1"):
        assert not any("where" in one for one in _made(f"SELECT id FROM things WHERE {text}")), text


def test_mostly_null_columns_are_indexed_without_their_nulls() -> None:
    assert "public.things(gone) where (gone IS NOT NULL)" in _made("SELECT id FROM things WHERE gone > $1")
    assert not any("NOT NULL" in one for one in _made("SELECT id FROM things WHERE gone > $1", _known(null_ratio=0.1)))
    assert not any("NOT NULL" in one for one in _made("SELECT id FROM things WHERE gone IS NULL AND id = $1"))


def test_inverted_indexes_by_operator() -> None:
    assert {"public.things(doc) using gin jsonb_path_ops", "public.things(doc) using gin"} <= _made(
        "SELECT id FROM things WHERE doc @> $1"
    )
    keys = _made("SELECT id FROM things WHERE doc ? 'a'")
    assert "public.things(doc) using gin" in keys
    assert "public.things(doc) using gin jsonb_path_ops" not in keys
    assert "public.things(tags) using gin" in _made("SELECT id FROM things WHERE tags && $1")
    assert "public.things(tags) using gin" in _made("SELECT id FROM things WHERE $1 <@ tags")
    assert "public.things(body) using gin" in _made("SELECT id FROM things WHERE body @@ to_tsquery($1)")
    assert not any("gin" in one for one in _made("SELECT id FROM things WHERE id = $1"))


def test_patterns_of_text() -> None:
    anchored = _made("SELECT id FROM things WHERE name LIKE 'abc%'")
    assert "public.things(name) text_pattern_ops" in anchored
    for pattern in ("name LIKE '%abc'", "name ILIKE $1", "name ~ $1"):
        made = _made(f"SELECT id FROM things WHERE {pattern}")
        assert "public.things(name) using gin gin_trgm_ops" in made, pattern
        assert "public.things(name) text_pattern_ops" not in made, pattern
    assert "public.things(name) using gin gin_trgm_ops" in _made("SELECT id FROM things WHERE name LIKE $1")


def test_brin_only_where_size_and_order_earn_it() -> None:
    text = "SELECT id FROM things WHERE at > $1"
    assert "public.things(at) using brin" in _made(text)
    assert not any("brin" in one for one in _made(text, _known(LEAST_BRIN_PAGES - 1)))
    assert not any("brin" in one for one in _made("SELECT id FROM things WHERE gone > $1"))


def test_orders_of_windows_distinct_and_extremes() -> None:
    assert "public.things(at)" in _made("SELECT max(at) FROM things")
    assert "public.things(state, at)" in _made("SELECT max(at) FROM things WHERE state = $1")
    assert "public.things(state, name)" in _made("SELECT DISTINCT state, name FROM things")
    window = "SELECT id, row_number() OVER (PARTITION BY state ORDER BY at) FROM things"
    assert "public.things(state, at)" in _made(window)
    two = "SELECT t.id FROM things t JOIN other o ON o.thing_id = t.id ORDER BY t.at, o.id LIMIT 5"
    assert "public.things(at)" in _made(two)


def test_what_every_arm_of_an_or_says_is_no_alternative() -> None:
    made = _made(
        "SELECT id FROM things WHERE (state = $1 AND id = $2 AND at > $3) OR (state = $1 AND id = $2 AND at < $4)"
    )
    assert "public.things(id, state)" in made or "public.things(state, id)" in made


def test_more_varied_columns_come_first() -> None:
    assert "public.things(name, state, at)" in _made("SELECT * FROM things WHERE state = $1 AND name = $2 AND at > $3")


def test_a_table_of_few_pages_gets_none() -> None:
    text = "SELECT * FROM things WHERE state = $1"
    assert _made(text, _known(LEAST_PAGES))
    assert not _made(text, _known(LEAST_PAGES - 1))


def _index(keys: str, *included: str, where: str | None = None) -> HypotheticalIndex:
    from tunewright_analyzers.facts.relations import IndexColumn

    return HypotheticalIndex(_TABLE, tuple(IndexColumn(one) for one in keys.split()), included, where)


def test_indexes_that_begin_alike_are_merged() -> None:
    assert _index("id at", "name", "price") in merged([_index("id at", "name"), _index("id", "price")])
    assert _index("id at", "name") in merged([_index("id at"), _index("id name")])
    assert merged([_index("id"), _index("at")]) == ()
    assert merged([_index("id", "at"), _index("id", "name", where="price > 0")]) == ()
