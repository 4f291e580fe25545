"""The file: damaged, foreign, newer, full, held by another, read beside a writer; each told in one line with its mend."""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from tunewright_agent.history import schema
from tunewright_agent.history.codec import SnapshotError
from tunewright_agent.history.database import DamagedError, HistoryError, Mode, packed, unpacked
from tunewright_agent.history.stores.sqlite import SqliteFile, explained

pytestmark = pytest.mark.slow  # some seconds together


@pytest.fixture(autouse=True)
def _plain_logs() -> Iterator[None]:
    """Loggers of modules are not cached: what is logged here can be captured."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a history may be made."""
    return tmp_path / "history.db"


def put(database: SqliteFile, statement: str, said: str = "x" * 100) -> None:
    """Store one text."""
    with database.transaction() as connection:
        connection.execute(schema.texts.insert().values(statement=statement, text=said, last_seen=0.0))


def texts(database: SqliteFile) -> set[str]:
    """The ids of what is stored."""
    with database.reading() as connection:
        return set(connection.execute(select(schema.texts.c.statement)).scalars())


def filled(path: Path, rows: int = 200) -> None:
    """A closed file of some hundred pages."""
    database = SqliteFile(path)
    database.open()
    with database.transaction() as connection:
        values = [{"statement": f"{number:04d}", "text": "x" * 3000, "last_seen": 0.0} for number in range(rows)]
        connection.execute(schema.texts.insert(), values)
    database.close()


# --- damage


def _flip(path: Path) -> None:
    """Every fourth page, from the second on, as a failing disk would leave it."""
    raw = bytearray(path.read_bytes())
    for start in range(4096, len(raw), 4 * 4096):
        raw[start : start + 64] = bytes(byte ^ 0xFF for byte in raw[start : start + 64])
    path.write_bytes(raw)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 40 * 4096 + 100])


def _replace(path: Path) -> None:
    path.write_bytes(b"once upon a time there was a file that was no database at all\n" * 200)


def _header(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


DAMAGES = pytest.mark.parametrize("damage", [_flip, _truncate, _replace, _header])


@DAMAGES
def test_a_damaged_file_is_set_aside_at_start_and_a_fresh_one_begun(path: Path, damage: Callable[[Path], None]) -> None:
    filled(path)
    damage(path)
    before = path.read_bytes()
    database = SqliteFile(path)
    with capture_logs() as logs:
        database.open()
    assert texts(database) == set()
    put(database, "new")
    assert texts(database) == {"new"}
    database.close()
    (aside,) = path.parent.glob("history.db.damaged-*")
    assert aside.read_bytes()[100:] == before[100:], "kept as it was (SQLite counts openings in the header)"
    (line,) = [one for one in logs if one["event"] == "history_set_aside"]
    assert "damaged" in line["reason"]
    assert line["kept_as"] == str(aside)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@DAMAGES
@pytest.mark.parametrize("mode", [Mode.READ, Mode.WRITE])
def test_who_does_not_own_the_file_never_moves_it(path: Path, damage: Callable[[Path], None], mode: Mode) -> None:
    filled(path)
    damage(path)
    before = path.read_bytes()
    database = SqliteFile(path, mode)
    with pytest.raises(DamagedError, match=r"history\.db: the file is damaged"):  # noqa: PT012  # at the opening or at the first look
        database.open()
        texts(database)
        with database.reading() as connection:
            connection.execute(text("SELECT sum(length(text)) FROM texts")).all()
    database.close()
    assert path.read_bytes() == before
    assert list(path.parent.glob("*damaged*")) == []


def test_damage_that_shows_while_running_is_set_aside_at_once_by_one_of_those_who_see_it(path: Path) -> None:
    filled(path)
    database = SqliteFile(path)
    database.open()
    with open(path, "r+b") as file:  # noqa: PTH123  # in place: the open connections must see it
        raw = bytearray(file.read())
        for start in range(60 * 4096, len(raw), 4096):  # behind the schema: whoever opens the file does not see it yet
            raw[start : start + 64] = b"\xff" * 64
        file.seek(0)
        file.write(raw)
    said: list[str] = []
    together = threading.Barrier(5)  # each on a connection of its own: one that was open before has pages in its cache

    def look() -> None:
        try:
            with database.reading() as connection:
                together.wait(30)
                connection.execute(text("SELECT sum(length(text)) FROM texts")).all()
        except HistoryError as error:
            said.append(str(error))

    threads = [threading.Thread(target=look) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said
    assert sum("was set aside as history.db.damaged-" in line for line in said) == 1
    put(database, "new")
    assert texts(database) == {"new"}
    database.close()
    assert len([one for one in path.parent.glob("*damaged*") if not one.name.endswith(("-wal", "-shm"))]) == 1


def test_two_damaged_files_are_both_kept(path: Path) -> None:
    for content in (b"one" * 2000, b"two" * 2000):
        path.write_bytes(content)
        database = SqliteFile(path)
        database.open()
        database.close()
    kept = {one.read_bytes()[:3] for one in path.parent.glob("*damaged*")}
    assert kept == {b"one", b"two"}


def test_a_damaged_payload_is_no_damaged_file() -> None:
    assert unpacked(packed(b"x" * 9)) == b"x" * 9
    with pytest.raises(SnapshotError, match="damaged"):
        unpacked(packed(b"x" * 9)[:-3])


# --- files that are not ours, or not yet


def test_a_newer_format_is_refused_and_left_as_it_is(path: Path) -> None:
    filled(path, 1)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE key = 'version'")
        raw.execute("DROP TABLE events")  # a newer release may have no such table: it must not be made
        raw.commit()
    for mode in Mode:
        database = SqliteFile(path, mode)
        with pytest.raises(HistoryError, match=r"written by a newer tunewright \(format 99\): update") as caught:
            database.open()
        assert not isinstance(caught.value, DamagedError)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'events'").fetchone() == (0,)


@pytest.mark.parametrize("table", ["invoices (id int)", "meta (key text, value text)"])
def test_another_programs_database_is_not_written_to(path: Path, table: str) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"CREATE TABLE {table}")
        raw.commit()
        before = raw.execute("SELECT sql FROM sqlite_master").fetchall()
    with pytest.raises(HistoryError, match=r"another program's SQLite file: choose another history\.path"):
        SqliteFile(path).open()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT sql FROM sqlite_master").fetchall() == before


@pytest.mark.parametrize("mode", [Mode.READ, Mode.WRITE])
def test_no_file_is_made_by_who_does_not_own_it(path: Path, mode: Mode) -> None:
    with pytest.raises(HistoryError, match="there is no history file; `tunewright run"):
        SqliteFile(path, mode).open()
    assert not path.exists()
    path.touch()
    with pytest.raises(HistoryError, match="holds nothing yet"):
        SqliteFile(path, mode).open()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HistoryError, match=r"cannot be opened: File exists; choose another history\.path"):
        SqliteFile(tmp_path / "file" / "history.db").open()


def test_a_closed_database_says_so(path: Path) -> None:
    database = SqliteFile(path)
    with pytest.raises(HistoryError, match="is not open"), database.transaction():
        pass


def test_a_path_may_hold_what_urls_may_not(tmp_path: Path) -> None:
    path = tmp_path / "a ?b#c%20d" / "h&mode=ro.db"
    database = SqliteFile(path)
    database.open()
    put(database, "a")
    database.close()
    assert path.is_file()
    database = SqliteFile(path, Mode.READ)
    database.open()
    assert texts(database) == {"a"}
    database.close()


# --- modes and neighbours


def test_a_reader_cannot_write(path: Path) -> None:
    filled(path, 1)
    database = SqliteFile(path, Mode.READ)
    database.open()
    with pytest.raises(HistoryError, match="SQLITE_READONLY"):
        put(database, "a")
    database.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
def test_a_reader_of_another_account_needs_no_right_to_the_folder(tmp_path: Path) -> None:
    """A file that the daemon closed has no -shm beside it, and the reader may make none."""
    path = tmp_path / "history.db"
    filled(path, 2)
    path.chmod(0o644)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setuid(65534)
            database = SqliteFile(path, Mode.READ)
            database.open()
            status = 0 if texts(database) == {"0000", "0001"} else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_readers_see_one_state_beside_a_writer_and_wait_for_nobody(path: Path) -> None:
    owner, reader = SqliteFile(path), SqliteFile(path, Mode.READ)
    owner.open()
    put(owner, "one")
    reader.open()
    with owner.transaction() as connection:
        connection.execute(schema.texts.insert().values(statement="two", text="", last_seen=0.0))
        assert texts(reader) == {"one"}, "the writer has not committed"
    with reader.reading() as connection:
        assert len(connection.execute(select(schema.texts)).all()) == 2
        put(owner, "three")
        assert len(connection.execute(select(schema.texts)).all()) == 2, "one state for the whole look"
    assert texts(reader) == {"one", "two", "three"}
    reader.close()
    owner.close()


def test_two_writers_take_turns_and_lose_nothing(path: Path) -> None:
    """Each reads and writes in one transaction: without turns one would overwrite what the other read."""
    databases = [SqliteFile(path), SqliteFile(path, Mode.OWN)]
    databases[0].open()
    put(databases[0], "count", "0")
    databases[1].open()
    faults: list[Exception] = []

    def work(database: SqliteFile) -> None:
        try:
            for _ in range(25):
                with database.transaction() as connection:
                    count = int(connection.execute(select(schema.texts.c.text)).scalar_one())
                    connection.execute(update(schema.texts).values(text=str(count + 1)))
        except HistoryError as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(database,)) for database in databases * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with databases[0].reading() as connection:
        assert connection.execute(select(schema.texts.c.text)).scalar() == "100"
    for database in databases:
        database.close()


def test_a_file_that_another_holds_is_told_after_a_while_and_never_taken_for_damaged(path: Path) -> None:
    filled(path, 1)
    database = SqliteFile(path)
    database.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="another process holds it: run one agent") as caught:
            put(database, "a")
        assert not isinstance(caught.value, DamagedError)
        other.execute("ROLLBACK")
    put(database, "a")
    database.close()
    assert list(path.parent.glob("*damaged*")) == []


def test_a_fault_inside_rolls_back(path: Path) -> None:
    database = SqliteFile(path)
    database.open()
    twice = [{"statement": "a", "text": "", "last_seen": 0.0}] * 2
    with pytest.raises(HistoryError), database.transaction() as connection:
        connection.execute(schema.texts.insert(), twice)
    assert texts(database) == set()
    database.close()


def test_no_value_gets_into_an_error(path: Path) -> None:
    """SQLAlchemy's own messages would quote the parameters."""
    database = SqliteFile(path)
    database.open()
    put(database, "a", "swordfish")
    with pytest.raises(HistoryError) as caught:
        put(database, "a", "swordfish")
    error: BaseException | None = caught.value
    while error is not None:
        assert "swordfish" not in str(error)
        error = error.__cause__
    database.close()


def test_shrinking_waits_for_no_reader(path: Path) -> None:
    filled(path)
    database = SqliteFile(path)
    database.open()
    full = database.used_bytes
    with database.reading() as connection:
        connection.execute(select(schema.texts)).all()
        with database.transaction() as writer:
            writer.execute(schema.texts.delete())
        database.shrink()
        assert database.used_bytes < full / 2
        assert database.size_bytes > 200 * 4096, "the reader still needs it"
    database.shrink()
    assert database.size_bytes < full / 2
    database.close()


@pytest.mark.parametrize(
    ("code", "said", "damaged"),
    [
        ("SQLITE_FULL", "the disk is full: free some room or lower history.max_size; what was stored stays", False),
        ("SQLITE_IOERR_WRITE", "free some room; what was stored stays", False),
        ("SQLITE_READONLY_DIRECTORY", "give this account access", False),
        ("SQLITE_CANTOPEN", "give this account access", False),
        ("SQLITE_BUSY_SNAPSHOT", "run one agent for each history file", False),
        ("SQLITE_LOCKED", "run one agent for each history file", False),
        ("SQLITE_CORRUPT_INDEX", "the file is damaged", True),
        ("SQLITE_NOTADB", "the file is damaged", True),
        ("SQLITE_MISUSE", "history.db: said so", False),
    ],
)
def test_every_fault_has_its_mend(code: str, said: str, damaged: bool) -> None:
    error = sqlite3.OperationalError("said so")
    error.sqlite_errorname = code  # type: ignore[misc]
    fault = explained(error, Path("history.db"))
    assert said in str(fault)
    assert isinstance(fault, DamagedError) is damaged
    assert "\n" not in str(fault)
