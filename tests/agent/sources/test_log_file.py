"""Log files as servers, rotations, crashes and hostile users leave them; the entries are those of real servers (live/test_auto_explain)."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tunewright_agent.sources.postgres import auto_explain, log_file
from tunewright_agent.sources.postgres.auto_explain import AutoExplain, LoggedPlan
from tunewright_agent.sources.postgres.log_prefix import Said, moment, read_prefix
from tunewright_agent.sources.source import Denied, Unavailable, Unsupported

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
AT = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
STAMP = "2026-01-02 03:04:05.678 UTC"
PREFIX = f"{STAMP} [77] alice@shop "
SECRET = "s3cr3t"


def _plan(query: str, filtered: str = "(i = 1)", **more: object) -> str:
    node = {
        "Node Type": "Seq Scan",
        "Relation Name": "t",
        "Total Cost": 1.5,
        "Plan Rows": 3,
        "Filter": filtered,
        **more,
    }
    return json.dumps({"Query Text": query, "Plan": node}, indent=2)


def _text_plan(query: str, filtered: str = "(i = 1)") -> str:
    root = "Seq Scan on t  (cost=0.00..1.50 rows=3 width=4) (actual time=0.010..0.020 rows=2 loops=1)"
    return f"Query Text: {query}\n{root}\n  Filter: {filtered}\n  Rows Removed by Filter: 7"


def _stderr(body: str, prefix: str = PREFIX, severity: str = "LOG") -> bytes:
    message = f"duration: 12.500 ms  plan:\n{body}"
    return f"{prefix}{severity}:  {message}".replace("\n", "\n\t").encode() + b"\n"


def _csv(body: str) -> bytes:
    message = f"duration: 12.500 ms  plan:\n{body}".replace('"', '""')
    head = f'{STAMP},"alice","shop",77,"[local]",65a.4d,3,"SELECT","{STAMP[:19]} UTC",3/4,0,LOG,00000'
    return f'{head},"{message}",,,,,,,,,"psql","client backend",,123\n'.encode()


def _json(body: str) -> bytes:
    message = f"duration: 12.500 ms  plan:\n{body}"
    return json.dumps({"timestamp": STAMP, "user": "alice", "dbname": "shop", "message": message}).encode() + b"\n"


FORMS = pytest.mark.parametrize("entry", [_stderr, _csv, _json], ids=["stderr", "csvlog", "jsonlog"])
OTHER = {_stderr: f"{PREFIX}LOG:  connection received\n".encode(), _csv: _csv("x").replace(b" ms  plan", b" ms"),
         _json: _json("x").replace(b" ms  plan", b" ms")}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "postgresql.log"


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def _texts(auto: AutoExplain) -> list[str]:
    return [plan.text for plan in auto.read(NOW)]


def _one(path: Path, content: bytes, **how: str) -> LoggedPlan:
    path.write_bytes(content)
    (plan,) = AutoExplain(path, **how).read(NOW)
    return plan


@FORMS
def test_an_entry_says_everything(log: Path, entry: type) -> None:
    plan = _one(log, OTHER[entry] + entry(_plan("SELECT i\nFROM t -- x\n WHERE i = 1")) + OTHER[entry])
    assert (plan.text, plan.seconds, plan.database, plan.at) == ("SELECT i FROM t WHERE i = ?", 0.0125, "shop", AT)
    assert plan.plan.root.relation is not None
    assert (plan.plan.root.relation.database, plan.plan.root.filter) == ("shop", "(i = ?)")


@FORMS
def test_text_plans_too(log: Path, entry: type) -> None:
    plan = _one(log, entry(_text_plan("SELECT i\n\tFROM t")) + OTHER[entry])
    assert (plan.text, plan.plan.root.actual_rows) == ("SELECT i FROM t", 2)
    assert plan.plan.root.rows_removed_by_filter == 7


@FORMS
def test_nothing_is_read_twice_and_nothing_half(log: Path, entry: type) -> None:
    """Cut at every byte: whatever the first call saw, both together give each plan once."""
    content = entry(_plan("SELECT 1 AS a")) + entry(_text_plan("SELECT 2 AS b")) + OTHER[entry]
    for cut in range(0, len(content) + 1, 7):
        log.write_bytes(content[:cut])
        auto = AutoExplain(log)
        first = _texts(auto)
        _append(log, content[cut:])
        assert first + _texts(auto) == ["SELECT ? AS a", "SELECT ? AS b"], cut
        assert (auto.dropped, auto.refused, _texts(auto)) == (0, 0, [])
        log.unlink()


def test_the_last_text_plan_of_a_quiet_log_comes_with_the_next_call(log: Path) -> None:
    log.write_bytes(_stderr(_text_plan("SELECT 1 AS a")))
    auto = AutoExplain(log)
    assert _texts(auto) == []
    assert _texts(auto) == ["SELECT ? AS a"]
    assert _texts(auto) == []


@FORMS
def test_a_renamed_file_is_read_to_its_end(log: Path, entry: type) -> None:
    log.write_bytes(entry(_plan("SELECT 1 AS a")))
    auto = AutoExplain(log)
    assert _texts(auto) == ["SELECT ? AS a"]
    _append(log, entry(_text_plan("SELECT 2 AS b")))
    log.rename(log.with_suffix(".log.1"))
    with pytest.raises(Unavailable):  # between the two steps of a rotation
        auto.read(NOW)
    log.write_bytes(entry(_plan("SELECT 3 AS c")))
    assert _texts(auto) == ["SELECT ? AS b", "SELECT ? AS c"]
    assert auto.dropped == 0


def test_what_a_rotation_took_away_is_counted(log: Path) -> None:
    half = _stderr(_plan("SELECT 1 AS a"))[:-20]
    log.write_bytes(half)
    auto = AutoExplain(log)
    assert _texts(auto) == []
    log.unlink()
    log.write_bytes(OTHER[_stderr] + _stderr(_plan("SELECT 3 AS c")))
    assert _texts(auto) == ["SELECT ? AS c"]
    assert auto.dropped == len(half)


@pytest.mark.parametrize("grown", [False, True], ids=["shorter", "already longer than before"])
def test_a_file_truncated_in_place_is_read_from_its_start(log: Path, grown: bool) -> None:
    log.write_bytes(_stderr(_plan("SELECT 1 AS a")) + _stderr(_plan("SELECT 2 AS b")))
    auto = AutoExplain(log)
    assert len(_texts(auto)) == 2
    inode = log.stat().st_ino
    log.write_bytes(_stderr(_plan("SELECT 3 AS c"), prefix="2026-01-03 " + PREFIX[11:]) * (5 if grown else 1))
    assert log.stat().st_ino == inode
    assert _texts(auto) == ["SELECT ? AS c"] * (5 if grown else 1)


def test_a_file_cut_behind_its_beginning_is_read_from_its_start(log: Path) -> None:
    log.write_bytes(_stderr(_plan("SELECT 1 AS a")) + _stderr(_plan("SELECT 2 AS b" + " " * 500)))
    auto = AutoExplain(log)
    assert len(_texts(auto)) == 2
    os.truncate(log, len(_stderr(_plan("SELECT 1 AS a"))))
    _append(log, _stderr(_plan("SELECT 3 AS c")))
    assert _texts(auto) == ["SELECT ? AS a", "SELECT ? AS c"]


@FORMS
def test_of_a_huge_file_the_tail_is_read(log: Path, entry: type) -> None:
    one, filler = entry(_plan("SELECT 1 AS a")), OTHER[entry] * 1000
    with log.open("wb") as file:
        file.write(one)
        for _ in range(log_file.MOST_BYTES // len(filler) + 1):
            file.write(filler)
        file.write(entry(_plan("SELECT 2 AS b")))
    auto = AutoExplain(log)
    assert _texts(auto) == ["SELECT ? AS b"]
    skipped = log.stat().st_size - log_file.MOST_BYTES
    assert skipped <= auto.dropped <= skipped + len(OTHER[entry])
    _append(log, entry(_plan("SELECT 3 AS c")))
    assert _texts(auto) == ["SELECT ? AS c"]


@pytest.mark.parametrize(
    "hostile",
    [b"x" * 10_000_000, b" " * 10_000_000, b"LOG:  " * 1_600_000, b" ms  plan:" * 1_000_000, b'"' * 9_999_999, b"\t" * 10_000_000,
     b"2026-01-02 03:04:05.678 UTC," * 350_000, b"{" * 10_000_000, b"duration: 1 ms  plan: (cost=" * 350_000, b"a@" * 5_000_000],
    ids=["letters", "spaces", "severities", "marks", "quotes", "tabs", "records", "braces", "plans", "names"],
)  # fmt: skip
@FORMS
def test_a_line_of_ten_million_bytes_costs_no_more_than_its_length(log: Path, entry: type, hostile: bytes) -> None:
    """The suite's timeout is the bound: a search that is quadratic in such a line takes days. What follows the line is read."""
    log = log.with_suffix({_stderr: ".log", _csv: ".csv", _json: ".json"}[entry])  # the first line does not tell
    log.write_bytes(hostile + b" ms  plan:\n" + entry(_plan("SELECT 1 AS a")) + entry(_plan("SELECT 2 AS b")))
    auto = AutoExplain(log)
    assert _texts(auto)[-1:] == ["SELECT ? AS b"]


@pytest.mark.slow
@pytest.mark.parametrize("filling", ["'{}'", '"{}"', "({})"])
@pytest.mark.parametrize("letters", ["x", " ", "-> A ", "1,", "\n", "\n" + " " * 199_998, "A: (cost=", "''", "a ("])
@pytest.mark.parametrize("body", [_plan, _text_plan])
def test_a_plan_with_a_huge_condition_is_read_or_refused(log: Path, body: type, letters: str, filling: str) -> None:
    condition = filling.format(letters * (200_000 // len(letters)))
    log.write_bytes(_stderr(body(f"SELECT {condition}", condition)) + OTHER[_stderr])
    auto = AutoExplain(log)
    assert len(auto.read(NOW)) + auto.refused == 1


@pytest.mark.parametrize("lost", [False, True], ids=["renamed", "removed"])
def test_what_one_call_leaves_comes_with_the_next(log: Path, lost: bool) -> None:
    """More plans than a call reads, and a rotation meanwhile."""
    one = _stderr(_plan("SELECT 1 AS a"))
    log.write_bytes(one * (auto_explain.MOST_PLANS + 1))
    auto = AutoExplain(log)
    assert len(_texts(auto)) == auto_explain.MOST_PLANS
    log.unlink() if lost else log.rename(log.with_suffix(".log.1"))
    log.write_bytes(OTHER[_stderr] + _stderr(_plan("SELECT 2 AS b")))
    assert _texts(auto) == ([] if lost else ["SELECT ? AS a"]) + ["SELECT ? AS b"]
    assert (auto.dropped, _texts(auto)) == (len(one) if lost else 0, [])


def test_an_entry_of_megabytes_is_passed_over(log: Path) -> None:
    huge = _stderr(_plan(f"SELECT '{'x' * log_file.MOST_ENTRY_BYTES}'"))
    log.write_bytes(huge + _stderr(_plan("SELECT 1 AS a")))
    auto = AutoExplain(log)
    assert _texts(auto) == ["SELECT ? AS a"]
    assert auto.dropped == len(huge)


@FORMS
def test_bytes_that_are_no_text_are_replaced(log: Path, entry: type) -> None:
    content = entry(_plan("SELECT i AS caf#, '@' FROM t")).replace(b"#", b"\xe9").replace(b"@", b"\xff")
    assert _one(log, content).text == "SELECT i AS caf\N{REPLACEMENT CHARACTER}, ? FROM t"
    named = _one(log, _stderr(_plan("SELECT 1", Alias="t#")).replace(b"#", b"\x00"))
    assert named.plan.root.alias == "t\N{REPLACEMENT CHARACTER}"
    torn = entry(_text_plan("SELECT i AS a#b FROM t")).replace(b"#", b"\\u0000" if entry is _json else b"\x00")
    assert "\x00" not in _one(log, torn + OTHER[entry]).text


@FORMS
@pytest.mark.parametrize(
    "body",
    ["", "{", '{"Query Text": "SELECT 1"}', '{"Query Text": 5, "Plan": {"Node Type": "Result"}}', '{"Plan": {"Node Type": "Result"}}',
     "[" * 50_000, '{"a":' * 50_000, '{"Query Text": "SELECT 1", "Plan": {"Node Type": "X", "Plan Width": 1e999}}',
     '<explain xmlns="http://www.postgresql.org/2009/explain">\n  <Query-Text>SELECT 1</Query-Text>',
     'Query Text: "SELECT 1"\nPlan: \n  Node Type: "Result"',
     "Query Text: SELECT 1", "Query Text: SELECT 1\nnonsense", _text_plan("SELECT '\nResult  (cost=0.00..0.01 rows=1 width=4)\n'")],
)  # fmt: skip
def test_what_is_no_plan_is_counted_and_costs_no_other(log: Path, entry: type, body: str) -> None:
    log.write_bytes(entry(body) + entry(_plan("SELECT 1 AS a")))
    auto = AutoExplain(log)
    assert _texts(auto) == ["SELECT ? AS a"]
    assert auto.refused == 1


def test_torn_records_are_left_behind(log: Path) -> None:
    """A crash in mid-write leaves quotes open; the next entries of several lines show it, and those behind are read again."""
    torn = _csv(_plan("SELECT 0 AS torn"))[:-90]
    log.write_bytes(torn + b"\n" + b"".join(_csv(_plan(f"SELECT {number} AS a{number}")) for number in range(4)))
    auto = AutoExplain(log)
    assert _texts(auto)[-2:] == ["SELECT ? AS a2", "SELECT ? AS a3"]


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT '{SECRET}'",
        f"SELECT $${SECRET}$$ -- {SECRET}",
        f"SELECT '\n{SECRET}\n'",
        f"SELECT 'x\nQuery Parameters: $1 = ''{SECRET}''\n{SECRET}'",
        f"ALTER ROLE r PASSWORD '{SECRET}'",
        f"SELECT '{SECRET}",
        f"/* it's {SECRET} */ SELECT 1",
        f"SELECT {{ '{SECRET}'",
        f"BEGIN; SELECT '{SECRET}'; SELECT 2",
    ],
)
@pytest.mark.parametrize(
    "condition",
    [
        f"(v = '{SECRET}'::text)",
        f"(v = 'a\n{SECRET} b\n  {SECRET}'::text)",
        f"(v = 'a\n  ->  {SECRET}  (cost=0.00..1.00 rows=1 width=4)\n'::text)",
        f"(v = 'a\n  Unknown Thing: {SECRET}\n  {SECRET}'::text)",
        f"(v = 'it''s\n{SECRET} '' x'::text)",
        f"(v = '\"\n{SECRET}\"'::text)",
        f"(v = 'open\n{SECRET}",
        f"(v = '{',' * 300}{SECRET}'::text)",
        f"(v = E'\\\\\n{SECRET}'::text)",
    ],
)
@pytest.mark.parametrize("body", [_plan, _text_plan])
@FORMS
def test_no_literal_survives(log: Path, entry: type, body: type, query: str, condition: str) -> None:
    made = body(query, condition)
    bound = f"Query Parameters: $1 = '{SECRET}', $2 = 'a\n{SECRET}'"
    if made.startswith("{"):
        decoded = json.loads(made)
        decoded["Query Parameters"] = bound
        decoded["Plan"] |= {"New Thing": [f"(v = '{SECRET}')", {"x": f"'{SECRET}'"}], "Newer": f"'{SECRET}'"}
        made = json.dumps(decoded, indent=2)
    else:
        made = made.replace("\nSeq Scan", f"\n{bound}\nSeq Scan").replace("  Filter", "  CTE it's\n  Filter")
        made += "" if "open" in condition else f"\n  New Thing: '{SECRET}'\n  hashed '{SECRET}'"
    log.write_bytes(entry(made) + OTHER[entry])
    auto = AutoExplain(log)
    plans = auto.read(NOW)
    assert len(plans) + auto.refused == 1
    assert SECRET not in repr(plans)
    if body is _plan:
        assert plans[0].plan.root.notes  # they were there to be found


def test_notes_keep_what_they_may(log: Path) -> None:
    plan = _one(log, _stderr(_plan("SELECT 1", **{"New Thing": ["(a = 'x')", "b"], "Other": {"k": "'x'"}})))
    assert plan.plan.root.notes == (("New Thing", "(a = ?), b"), ("Other", "k: ?"))


def test_the_statement_with_a_plan_is_found_among_several(log: Path) -> None:
    together = _one(log, _stderr(_plan("BEGIN; SET x = 1; SELECT i FROM t WHERE i = 5; COMMIT;")))
    alone = _one(log, _stderr(_plan("SELECT i FROM t WHERE i = 7")))
    assert (together.text, together.statement_id) == ("SELECT i FROM t WHERE i = ?", alone.statement_id)
    unsure = _one(log, _stderr(_plan("SELECT 1; SELECT 2")))
    assert unsure.text == "SELECT ?; SELECT ?"


@pytest.mark.parametrize("severity", ["LOG", "로그", "日志", "СООБЩЕНИЕ", "ЗАПИСУВАННЯ", "DEBUG1", "NOTICE"])
def test_the_severity_may_be_of_any_language(log: Path, severity: str) -> None:
    plan = _one(log, _stderr(_plan("SELECT 1"), severity=severity))
    assert (plan.database, plan.at) == ("shop", AT)


def test_a_statement_that_looks_like_a_plan_is_none(log: Path) -> None:
    """log_statement = all shows what users write; only the server begins a message with the duration."""
    for spoof in ("statement: SELECT 'duration: 1.0 ms  plan:", "statement: SELECT 'LOG:  duration: 1.0 ms  plan:"):
        log.write_bytes(f"{PREFIX}LOG:  {spoof}\n\t{_plan('SELECT 1')}'\n{PREFIX}LOG:  x\n".encode())
        auto = AutoExplain(log)
        assert (auto.read(NOW), auto.refused) == ((), 0)


@pytest.mark.parametrize(
    ("setting", "prefix", "said"),
    [
        ("%m [%p] ", f"{STAMP} [77] ", Said(None, AT, 77)),
        ("%m [%p] %q%u@%d ", f"{STAMP} [77] alice@shop ", Said("shop", AT, 77)),
        ("%m [%p] %q%u@%d ", f"{STAMP} [77] ", Said(None, AT, 77)),
        ("%t:%r:%u@%d:[%p]:", "2026-01-02 03:04:05 UTC:10.0.0.1(5432):al@shop:[77]:", Said("shop", AT.replace(microsecond=0), 77)),
        ("%t:%r:%u@%d:[%p]:", "2026-01-02 03:04:05 UTC:[local]:[unknown]@[unknown]:[77]:", Said(None, AT.replace(microsecond=0), 77)),
        ("%n %d: ", "1767323045.678 my shop: ", Said("my shop", AT)),
        ("db=%d,user=%u %s|%m ", f"db=shop,user=bob 2026-01-01 00:00:00 UTC|{STAMP} ", Said("shop", AT)),
        ("%-12d|%10p|%m|", f"shop        |        77|{STAMP}|", Said("shop", AT, 77)),
        ("%m %e %p ", f"{STAMP} 40P01 77 ", Said(None, AT, 77, "40P01")),
        ("100%% %a %m ", f"100% psql {STAMP} ", Said(None, AT)),
    ],
)  # fmt: skip
def test_a_prefix_is_read_as_it_was_set(setting: str, prefix: str, said: Said) -> None:
    assert read_prefix(prefix, setting) == said


@pytest.mark.parametrize(
    ("prefix", "database"),
    [("", None), ("[77] ", None), ("alice@shop ", "shop"), ("alice@10.0.0.1 ", None), ("alice@[local] ", None), ("user=a,db=shop,app=b@c ", "shop"),
     ("database: shop ", "shop"), ("x=1:alice@shop:[77]:", "shop"), ("a@b.example.org ", None)],
)  # fmt: skip
def test_the_usual_prefixes_are_known_without_the_setting(prefix: str, database: str | None) -> None:
    pid = 77 if "[77]" in prefix else None
    assert read_prefix(f"{STAMP} {prefix}") == Said(database, AT, pid)
    assert read_prefix(prefix) == Said(database, None, pid)


def test_an_application_name_is_no_database() -> None:
    """With the setting known, a name that a user chose is only what its own field holds."""
    assert read_prefix(f"{STAMP} shop [db=other] ", "%m %d [%a] ").database == "shop"
    assert read_prefix("[db=other] shop ", "[%a] %d ").database == "shop"


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [("2026-07-01 12:00:00 UTC", None, 12), ("2026-07-01 12:00:00.5 +03", None, 9), ("2026-07-01 12:00:00 -0330", None, 15),
     ("2026-07-01 12:00:00 CEST", "Europe/Berlin", 10), ("2026-10-25 02:30:00 CEST", "Europe/Berlin", 0),
     ("2026-10-25 02:30:00 CET", "Europe/Berlin", 1),
     ("2026-07-01 12:00:00 IST", "Asia/Kolkata", 6), ("2026-07-01 12:00:00 QQQ", None, None), ("2026-07-01 12:00:00 CEST", "No/Where", None),
     ("2026-07-01 12:00:00 IST", "Europe/Berlin", None), ("2026-13-01 12:00:00 UTC", None, None)],
)  # fmt: skip
def test_a_time_is_believed_only_with_its_zone(text: str, zone: str | None, hour: int | None) -> None:
    at = moment(text, zone)
    assert (at.hour if at else None) == hour


def test_without_a_time_it_is_that_of_reading(log: Path) -> None:
    assert _one(log, _stderr(_plan("SELECT 1"), prefix="[77] ")).at == NOW


def test_a_file_that_does_not_exist_may_come_later(log: Path) -> None:
    auto = AutoExplain(log)
    with pytest.raises(Unavailable) as caught:
        auto.read(NOW)
    assert all(word in str(caught.value.mend) for word in ("log_file", "log_destination", "logging_collector"))
    log.write_bytes(b"")
    assert auto.read(NOW) == ()
    log.write_bytes(_csv(_plan("SELECT 1 AS a")))
    assert _texts(auto) == ["SELECT ? AS a"]


@contextmanager
def _unprivileged() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_without_permission_it_says_how_to_get_it(what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "postgresql.log"
        path.write_bytes(b"")
        path.chmod(0 if what == "file" else 0o644)
        Path(folder).chmod(0o755 if what == "file" else 0)
        try:
            with _unprivileged(), pytest.raises(Denied) as caught:
                AutoExplain(path).read(NOW)
        finally:
            Path(folder).chmod(0o755)
    assert "log_file_mode = 0640" in str(caught.value.mend)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(Unsupported):
            AutoExplain(path).read(NOW)


def test_it_is_no_source_by_itself() -> None:
    assert not hasattr(auto_explain, "source")
    assert not hasattr(log_file, "source")
