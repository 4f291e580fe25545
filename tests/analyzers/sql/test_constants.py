"""Constants of a sampled statement by the parameters of its counted form: found, put back, and refused where the two differ."""

import pytest

from tunewright_analyzers.sql.constants import constants, with_constants

_COUNTED = "SELECT * FROM é WHERE state = $1 AND x = $2 AND k IN ($3 /*, ... */) AND d > date $4 AND b = $5 ORDER BY 1 LIMIT $6"
_SEEN = "select * from é where state='öpen' AND x= -5 /* hint */ and k in (1,2,(3)) and d > date '2020-01-01' and b = true order by 1 limit 10;"


def test_each_parameter_has_its_constant_and_a_list_has_none() -> None:
    found = constants(_COUNTED, _SEEN)
    assert found == {1: "'öpen'", 2: "-5", 4: "'2020-01-01'", 5: "true", 6: "10"}


def test_long_constants_are_not_kept() -> None:
    assert constants(
        "SELECT 1 FROM t WHERE a = $1 AND b = $2", f"SELECT 1 FROM t WHERE a = '{'x' * 200}' AND b = 2"
    ) == {2: "2"}


@pytest.mark.parametrize(
    "seen",
    [
        "SELECT a FROM t WHERE b = 1",
        "SELECT a FROM t WHERE a = $1",
        "SELECT a FROM t WHERE a = 1 AND b = 2",
        "SELECT a FROM t WHERE a = b",
        "SELECT a FROM t WHERE a = 'unfinished",
        "",
    ],
)
def test_another_statement_says_nothing(seen: str) -> None:
    assert constants("SELECT a FROM t WHERE a = $1", seen) is None


def test_only_known_parameters_are_replaced() -> None:
    assert with_constants("SELECT 'é' FROM t WHERE a = $1 AND b = $2 AND c = $11", {1: "'o''k'", 11: "3"}) == (
        "SELECT 'é' FROM t WHERE a = 'o''k' AND b = $2 AND c = 3"
    )
