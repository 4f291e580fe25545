"""The mended normal form: each form that pg_stat_statements writes and no server parses, and those that must stay."""

import pytest

from tunewright_analyzers.sql.generic import generic_form, typed

TEN = ", ".join(["$1"] * 10)

MENDED = [
    ("select date $1", "select CAST($1 AS date)"),
    ("select now() - interval $1", "select now() - CAST($1 AS interval)"),
    ("select interval $1 day + d", "select CAST($1 AS interval day) + d"),
    ("select interval $1 day to second from t", "select CAST($1 AS interval day to second) from t"),
    ("where t > timestamp(3) with time zone $2", "where t > CAST($2 AS timestamp(3) with time zone)"),
    ("where t > timestamp $2 and x = $3", "where t > CAST($2 AS timestamp) and x = $3"),
    ("select double precision $1", "select CAST($1 AS double precision)"),
    ("select public.money_amount $1", "select CAST($1 AS public.money_amount)"),
    ("select extract($1 from o.at) from o", "select pg_catalog.date_part($1 , o.at) from o"),
    ("select * from t where a = ? and b < $4", "select * from t where a = $5 and b < $4"),
    ("select * from t where a=? and f(?)", "select * from t where a= $1 and f( $2)"),
    ("select a from t order by ? desc", "select a from t order by $1 desc"),
    ("select * from t where a in ($1 /*, ... */)", f"select * from t where a in ({TEN})"),
    ("select * from t where a in ($1 )", f"select * from t where a in ({TEN})"),
    ("select * from t where a = any(array[$1 /*, ... */])", f"select * from t where a = any(array[{TEN}])"),
]

UNCHANGED = [
    "select * from t where a = $1 and b in ($2, $3) limit $4 offset $5",
    "select a from t where at at time zone $1 > $2",
    "select * from t where doc ? $1",
    "select * from t where doc @? $1",
    "select * from t where a like $1 escape $2 order by b",
    "select case when a = $1 then $2 else $3 end from t",
    "select substring(a from $1 for $2) from t",
    "select * from t fetch first $1 rows only",
    "select count(*) filter (where a = $1) from t where f($2) = g($1)",
    "this is 'not scanned",
]


@pytest.mark.parametrize(("normal", "mended"), MENDED)
def test_a_form_no_server_parses_is_mended(normal: str, mended: str) -> None:
    assert generic_form(normal) == mended
    assert generic_form(mended) == mended


@pytest.mark.parametrize("text", UNCHANGED)
def test_what_a_server_parses_stays(text: str) -> None:
    assert generic_form(text) == text


def test_a_parameter_of_unknown_type_can_be_cast() -> None:
    assert typed("select $1 is null or $11 = 1", 1, "text") == "select CAST($1 AS text) is null or $11 = 1"
