"""Types read from what servers complained of; ^ stands before the character that the complaint points at."""

import pytest

from tunewright_analyzers.sql.parameter_types import types_asked_for

ANSWERED = [
    ("select ^$1", "could not determine data type of parameter $1", {1: "text"}),
    ("select ^sum(case when a = $1 then $2 else $3 end) from t", "function sum(text) does not exist", {2: "integer", 3: "integer"}),
    ("select ^generate_series($1, $2)", "function generate_series(unknown, unknown) is not unique", {1: "integer", 2: "integer"}),
    ("select 1 where d ^>= current_date - $1", "operator does not exist: date >= integer", {1: "integer"}),
    ("select 1 where at ^>= now() - $1", "operator does not exist: timestamp with time zone >= interval", {1: "interval"}),
    ("select d ^+ $1 from t", "operator is not unique: date + unknown", {1: "integer"}),
    ("select at ^+ case when a then $1 end from t", "operator does not exist: timestamp without time zone + text", {1: "interval"}),
    ("select 1 where a between $1 and $2 ^+ $3", "operator is not unique: unknown + unknown", {2: "integer", 3: "integer"}),
    ("select ^- $4", "operator is not unique: - unknown", {4: "integer"}),
    ("select 'é', a ^= any(array[$1, $2]) from t", "operator does not exist: bigint = text", {1: "bigint", 2: "bigint"}),
    ("select a ^@> array[$1, $2] from t", "operator does not exist: integer[] @> text[]", {1: "integer", 2: "integer"}),
    ("select a ^= case when b then $1 end from t", "operator does not exist: public.mood = text", {1: "public.mood"}),
    ("select max(case when b then $1 end) ^+ n from t", "operator does not exist: text + numeric", {1: "numeric"}),
    ("update t set a = ^case b when $1 then $2 end", 'column "a" is of type uuid but expression is of type text', {2: "uuid"}),
    ("select ^sum(k) from (select $1 as k union all select $2) s", "function sum(text) does not exist", {1: "integer", 2: "integer"}),
    ("select * from (values ($1, $2), ($3, $4)) s (a, b), t where c ^= b", "operator does not exist: integer = text", {2: "integer", 4: "integer"}),
    ("with recursive r (n) as (select $1 union all select n ^+ 2 from r) select 1", "operator does not exist: text + integer", {1: "integer"}),
]  # fmt: skip

UNANSWERED = [
    ("select ^sum(note) from t where a = $1", "function sum(text) does not exist"),
    ("select a ^= b from t where c = $1", "operator does not exist: integer = text"),
    ("select ^tidy($1::int) from t", "function tidy(integer) does not exist"),
    ("select a ^= cast($1 as text) from t", "operator does not exist: integer = text"),
    ("select a ^- b > $1 from t", "operator does not exist: date - text"),
    ("select ^missing from t where a = $1", 'column "missing" does not exist'),
    ("this is ^no statement", "operator does not exist: integer = text"),
]


def _place(marked: str) -> tuple[str, int]:
    before, _, behind = marked.partition("^")
    return before + behind, len(before)


@pytest.mark.parametrize(("marked", "complaint", "types"), ANSWERED)
def test_parameters_get_the_types_that_are_missed(marked: str, complaint: str, types: dict[int, str]) -> None:
    text, place = _place(marked)
    assert types_asked_for(text, complaint, place) == types


@pytest.mark.parametrize(("marked", "complaint"), UNANSWERED)
def test_what_is_not_about_parameters_has_no_answer(marked: str, complaint: str) -> None:
    text, place = _place(marked)
    assert types_asked_for(text, complaint, place) == {}


def test_without_a_place_there_is_no_answer() -> None:
    assert types_asked_for("select $1 + $2", "operator is not unique: unknown + unknown", None) == {}
