"""No literal survives redaction; everything that is not a literal does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright_analyzers.sql.fingerprint import fingerprint, statement_kind
from tunewright_analyzers.sql.redact import marker, redact_expression, redact_statement


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("SELECT * FROM t2 WHERE c3 = 'it''s' AND n > 1.5e3", "SELECT * FROM t2 WHERE c3 = ? AND n > ?"),
        ("select E'a\\'b', U&'d\\0061t', B'101', x'1F', 0x1F, 1_000", "select ?"),
        ("SELECT $1, $2::int FROM t WHERE a = ANY($3)", "SELECT $1, $2::int FROM t WHERE a = ANY($3)"),
        ("SELECT $$swordfish$$, $a$trust $$ no1$a$ FROM t", "SELECT ? FROM t"),
        ("SELECT 1 -- the password is swordfish\n FROM t", "SELECT ? FROM t"),
        ("SELECT /* outer /* inner */ still */ a FROM t", "SELECT a FROM t"),
        ("SELECT a FROM t WHERE b IN (1, 2,3, 'x')", "SELECT a FROM t WHERE b IN (?)"),
        ("ALTER ROLE bob PASSWORD 'swordfish' VALID UNTIL 'infinity'", "ALTER ROLE bob PASSWORD ? VALID UNTIL ?"),
        ("ALTER ROLE bob WITH PASSWORD swordfish", "ALTER ROLE bob WITH PASSWORD ?"),
        ("CREATE USER MAPPING FOR u SERVER s OPTIONS (user 'bob', password 'swordfish')", None),
        ("COPY t TO PROGRAM 'curl -u bob:swordfish http://x'", "COPY t TO PROGRAM ?"),
        ("SELECT a FROM t WHERE s = 'cut off in the mid", "SELECT a FROM t WHERE s = ?"),
        ("SELECT a FROM t WHERE s = E'cut off\\", "SELECT a FROM t WHERE s = ?"),
        ("SELECT a FROM t WHERE s = $tag$cut off", "SELECT a FROM t WHERE s = ?"),
        ("SELECT a /* cut off swordfish", "SELECT a"),
        ('SELECT "Weird ""Name", t1.col1 FROM "T 1"', 'SELECT "Weird ""Name", t1.col1 FROM "T 1"'),
        ("SELECT a[1:2], b..c", "SELECT a[?:?], b..c"),
        (
            "SELECT a, b FROM t GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT 9",
            "SELECT a, b FROM t GROUP BY 1, 2 ORDER BY 2 DESC, 1 LIMIT ?",
        ),
        ("SELECT a FROM t ORDER BY a, 2 NULLS LAST", "SELECT a FROM t ORDER BY a, 2 NULLS LAST"),
        ("SELECT a FROM t ORDER BY 1 + 2, f(3, 4), 4711, a - 5", "SELECT a FROM t ORDER BY ? + ?, f(?), ?, a - ?"),
        (
            "SELECT a FROM (SELECT b FROM t ORDER BY 1) s WHERE c = 7",
            "SELECT a FROM (SELECT b FROM t ORDER BY 1) s WHERE c = ?",
        ),
        (
            "SELECT a FROM t WHERE x IN (SELECT y FROM u GROUP BY 1 HAVING count(*) > 2)",
            "SELECT a FROM t WHERE x IN (SELECT y FROM u GROUP BY 1 HAVING count(*) > ?)",
        ),
        ("SELECT a-1,-2", "SELECT a-?,-?"),
        ("SELECT CAST(7 AS decimal(7,2)), a::numeric (15, 4)", "SELECT CAST(? AS decimal(7,2)), a::numeric (15, 4)"),
        (
            "SELECT a::character varying(20), CAST(b AS timestamp(3))",
            "SELECT a::character varying(20), CAST(b AS timestamp(3))",
        ),
        ("SELECT char(77, 121), time(3), decimal (4)", "SELECT char(?), time(?), decimal (?)"),
        ("SELECT a AS char, (5), b::varchar(length(6), 7)", "SELECT a AS char, (?), b::varchar(length(?), ?)"),
        ("SELECT a::char(471147), 5::varchar, (6)", "SELECT a::char(?), ?::varchar, (?)"),
    ],
)
def test_statement(text: str, safe: str | None) -> None:
    redacted = redact_statement(text)
    assert "swordfish" not in redacted
    if safe is not None:
        assert redacted == safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("((status = 'new'::text) AND (x > 5))", "((status = ?::text) AND (x > ?))"),
        ("(id = ANY ('{1,2,3}'::integer[]))", "(id = ANY (?::integer[]))"),
        ("(lower(email) = $1)", "(lower(email) = $1)"),
        ("(t.\"Col 5\" ~~ 'a%'::text)", '(t."Col 5" ~~ ?::text)'),
    ],
)
def test_expression(text: str, safe: str) -> None:
    assert redact_expression(text) == safe


LITERAL = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1).map(
    lambda text: f"SECRET{text}"
)


@given(LITERAL, st.sampled_from(["'{}'", "E'{}'", "$q${}$q$", "/* {} */", "-- {}\n", "U&'{}'"]), st.integers(0, 200))
def test_no_planted_literal_survives(secret: str, quoting: str, cut: int) -> None:
    inside = (
        secret.replace("'", "''")
        .replace("\\", "\\\\")
        .replace("$q$", "")
        .replace("*/", "")
        .replace("/*", "")
        .replace("\n", " ")
    )
    text = f"SELECT a, {quoting.format(inside)} FROM t WHERE b = 1"
    assert "SECRET" not in redact_statement(text)
    assert "SECRET" not in redact_statement(text[: max(12, len(text) - cut)])


@given(st.text())
def test_redaction_is_idempotent_and_never_fails(text: str) -> None:
    once = redact_statement(text)
    assert redact_statement(once) == once
    redact_expression(text)
    fingerprint(text)
    statement_kind(text)


@given(st.integers(0, 10**12), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_go(whole: int, real: float) -> None:
    assert (
        redact_statement(f"SELECT a FROM t WHERE b > {whole} AND c < {abs(real)!r}")
        == "SELECT a FROM t WHERE b > ? AND c < ?"
    )


def test_our_own_mark_is_found_before_redaction() -> None:
    assert marker("SELECT /* tunewright:settings */ name FROM pg_settings") == "settings"
    assert marker("SELECT 1") is None


def test_fingerprints_ignore_literals_and_unparsable_text_has_one_too() -> None:
    assert fingerprint("SELECT a FROM t WHERE b = 1") == fingerprint("select a  from t where b = $1")
    assert fingerprint("SELECT a FROM t WHERE b = 1") != fingerprint("SELECT a FROM t WHERE c = 1")
    assert fingerprint("SELECT FROM WHERE 'a") == fingerprint("SELECT  FROM WHERE 'b")
    assert len(fingerprint("SELECT FROM WHERE")) == 16


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WITH x AS (SELECT 1) SELECT * FROM x", "select"),
        ("INSERT INTO t VALUES ($1)", "insert"),
        ("MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE", "merge"),
        ("VACUUM t", "utility"),
        ("UPDATE t SET a = 'cut", "update"),
        ("<insufficient privilege>", "unknown"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert statement_kind(text) == kind
