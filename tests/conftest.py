"""Fixtures that every room shares: real servers, one a session, a fresh database a test, and programs of Debian's.

A server that cannot be started, or a program that is not there, is named at the end of the run; under CI=true that is a failure.
"""

import functools
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import botocore.loaders
import hypothesis
import psycopg
import pytest
import structlog

import mysql_servers
import servers
from tunewright_agent.embedded.mysql import Build, EmbeddedMysql
from tunewright_agent.embedded.ownership import EmbeddedError
from tunewright_agent.embedded.server import EmbeddedServer
from tunewright_agent.sources.aws.calls import Calls
from tunewright_agent.sources.aws.policy import actions, publish_policy, read_policy

hypothesis.settings.register_profile(
    "suite",
    deadline=None,  # a machine that is busy with something else is no fault of the code
    derandomize=True,  # the same examples in every run; `pytest --hypothesis-profile default` looks for new ones
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("suite")

# The models of AWS's services are read once a process, not once a session: most tests make two, and reading takes longer than the test.
botocore.loaders.create_loader = functools.cache(botocore.loaders.create_loader)

_not_run: dict[str, list[str]] = {}
_mysql_not_run: dict[str, list[str]] = {}
_mysql_ran: set[str] = set()


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """The log goes to the standard error of that test, as with any command; one that the test runs may turn it on: the next has its own."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def _running() -> Iterator[dict[int, EmbeddedServer]]:
    running: dict[int, EmbeddedServer] = {}
    yield running
    for server in running.values():
        server.stop()


@pytest.fixture
def start(request: pytest.FixtureRequest, _running: dict[int, EmbeddedServer]) -> Callable[[int], EmbeddedServer]:
    """Start (once a session) the server of a release; skips the test, and says so at the end, where it cannot."""

    def started(major: int) -> EmbeddedServer:
        if not servers.available(major):
            _not_run.setdefault(f"PostgreSQL {major}", []).append(request.node.nodeid)
            pytest.skip(reason=f"PostgreSQL {major} is not on this machine (as root, `make test` installs it)")
        if major not in _running:
            _running[major] = EmbeddedServer(
                settings=servers.SETTINGS, tcp=True, binaries=servers.BINARIES[major]
            ).start()
        return _running[major]

    return started


@pytest.fixture(params=[18, 15], ids=["pg18", "pg15"])
def postgres(request: pytest.FixtureRequest, start: Callable[[int], EmbeddedServer]) -> EmbeddedServer:
    """A running server of each release in turn."""
    return start(request.param)


@pytest.fixture
def postgres18(start: Callable[[int], EmbeddedServer]) -> EmbeddedServer:
    """The embedded PostgreSQL 18."""
    return start(18)


@pytest.fixture(scope="session")
def _mysql_running() -> Iterator[dict[str, EmbeddedMysql | str]]:
    running: dict[str, EmbeddedMysql | str] = {}
    yield running
    for server in running.values():
        if isinstance(server, EmbeddedMysql):
            server.stop()


@pytest.fixture
def start_mysql(
    request: pytest.FixtureRequest, _mysql_running: dict[str, EmbeddedMysql | str]
) -> Callable[[str], EmbeddedMysql]:
    """Start (once a session) a server of the MySQL family by its name in mysql_servers.BUILDS; skips, and says so, where it cannot.

    Of several builds under one name the first that can be had is used.
    """

    def begun(builds: tuple[Build, ...]) -> EmbeddedMysql | str:
        said = ""
        for build in builds:
            try:
                return EmbeddedMysql(build, settings=mysql_servers.settings(build)).start()
            except EmbeddedError as error:
                said = str(error)
        return said

    def started(name: str) -> EmbeddedMysql:
        if name not in _mysql_running:
            _mysql_running[name] = begun(mysql_servers.BUILDS[name])
        server = _mysql_running[name]
        if isinstance(server, str):
            _mysql_not_run.setdefault(f"{mysql_servers.BUILDS[name][0].title} ({server.splitlines()[0]})", []).append(
                request.node.nodeid
            )
            pytest.skip(reason=f"{name} could not be had: {server}")
        _mysql_ran.add(server.build.title)
        return server

    return started


@pytest.fixture
def mysql8(start_mysql: Callable[[str], EmbeddedMysql]) -> EmbeddedMysql:
    """A running Oracle MySQL 8.0 (9.7 where 8.0 cannot be had)."""
    return start_mysql("mysql8")


@pytest.fixture
def mariadb(start_mysql: Callable[[str], EmbeddedMysql]) -> EmbeddedMysql:
    """A running MariaDB 10.11."""
    return start_mysql("mariadb")


@pytest.fixture(params=["mysql8", "mariadb"])
def mysql_family(request: pytest.FixtureRequest, start_mysql: Callable[[str], EmbeddedMysql]) -> EmbeddedMysql:
    """A running MySQL 8.0 and MariaDB 10.11 in turn."""
    return start_mysql(request.param)


@pytest.fixture
def mysql_database(mysql_family: EmbeddedMysql) -> Iterator[str]:
    """The URL (root) of a fresh, empty database on MySQL and MariaDB in turn."""
    yield from mysql_servers.fresh(mysql_family)


@pytest.fixture
def mysql8_database(mysql8: EmbeddedMysql) -> Iterator[str]:
    """The URL (root) of a fresh, empty database on MySQL 8.0."""
    yield from mysql_servers.fresh(mysql8)


@pytest.fixture
def mariadb_database(mariadb: EmbeddedMysql) -> Iterator[str]:
    """The URL (root) of a fresh, empty database on MariaDB 10.11."""
    yield from mysql_servers.fresh(mariadb)


@pytest.fixture
def program(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """The path of a program (promtool, amtool, prometheus); skips the test, and says so at the end, where it is not there."""

    def found(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            _not_run.setdefault(name, []).append(request.node.nodeid)
            pytest.skip(reason=f"{name} is not on this machine (as root, `make test` installs it)")
        return path

    return found


def _fresh(server: EmbeddedServer) -> Iterator[str]:
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        with psycopg.connect(server.url(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def database(postgres: EmbeddedServer) -> Iterator[str]:
    """The URL (superuser, socket) of a fresh, empty database on each release in turn."""
    yield from _fresh(postgres)


@pytest.fixture
def database18(postgres18: EmbeddedServer) -> Iterator[str]:
    """The URL of a fresh, empty database on PostgreSQL 18."""
    yield from _fresh(postgres18)


@pytest.fixture(autouse=True)
def _within_the_policy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test makes the agent call an AWS action that `tunewright iam-policy` does not allow."""
    seen: set[str] = set()
    note = Calls.note

    def noted(self: Calls, action: str, region: str, metrics: int = 0) -> None:
        seen.add(action)
        note(self, action, region, metrics)

    monkeypatch.setattr(Calls, "note", noted)
    yield
    allowed = actions(read_policy(log_files=True, prices=True, secret="arn:x", roles=("arn:y",)), publish_policy())
    assert seen <= allowed, f"the policy does not allow {sorted(seen - allowed)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses a server is a live test."""
    for item in items:
        if {"start", "start_mysql"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.live)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object | None) -> None:
    """What one worker of a parallel run did and could not run (pytest-xdist), added to what the others say."""
    told = getattr(node, "workeroutput", {})
    for mine, theirs in ((_not_run, told.get("not_run", {})), (_mysql_not_run, told.get("mysql_not_run", {}))):
        for server, tests in theirs.items():
            mine.setdefault(server, []).extend(tests)
    _mysql_ran.update(told.get("mysql_ran", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the servers that could not be started and the programs that are missing, with the number of tests that did not run."""
    if _mysql_ran:
        terminalreporter.write_line(f"MySQL family, run on: {', '.join(sorted(_mysql_ran))}")
    for server, tests in sorted([*_not_run.items(), *_mysql_not_run.items()]):
        terminalreporter.write_line(f"NOT RUN for want of {server}: {len(tests)} tests")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI=true a server that could not be started, or a missing program, fails the run; of the MySQL family one must have run.

    A worker of a parallel run passes on what it could not run.
    """
    if hasattr(session.config, "workeroutput"):
        told = {"not_run": _not_run, "mysql_not_run": _mysql_not_run, "mysql_ran": sorted(_mysql_ran)}
        session.config.workeroutput.update(told)
    elif os.environ.get("CI") == "true" and (_not_run or (_mysql_not_run and not _mysql_ran)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
