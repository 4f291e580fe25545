"""The demo on MySQL or MariaDB from end to end: build, work, watch, advise, apply to its own database, work again.

Called by `tunewright demo --engine mysql|mariadb` and by the tests. The findings are the running daemon's; the indexes are what
`tunewright advise indexes` says. Statements are run on a server of this module's own making, and on no other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

from tunewright_agent.config.settings import (
    AgentSettings,
    ClusterSettings,
    HistorySettings,
    LogSettings,
    Settings,
    WebSettings,
)
from tunewright_agent.demo.apply import Applied, NotTheDemoError
from tunewright_agent.demo.mysql import shop
from tunewright_agent.demo.mysql.hold import hold
from tunewright_agent.demo.mysql.mistakes import DEMO_CHECKS, PLANTED
from tunewright_agent.demo.run import Outcome, Progress
from tunewright_agent.demo.watched import daemon_over, folder, judged
from tunewright_agent.embedded.mysql import MARIADB_1011, MYSQL_80, PREFIX, EmbeddedMysql
from tunewright_agent.reports.mysql_index_advice import builds
from tunewright_agent.reports.shapes import whole_judgement
from tunewright_agent.sources.mysql.advice_facts import read
from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_analyzers.indexes.mysql.choose import advise
from tunewright_analyzers.recommendation import Recommendation

BUILDS = {"mysql": MYSQL_80, "mariadb": MARIADB_1011}
APPLIED_CHECKS = frozenset({"schema/not_transactional", "schema/key_exhaustion"})


def settings_for(server: EmbeddedMysql, history: Path) -> Settings:
    """As a user would write them, but for the short intervals."""
    url = server.url("", shop.MONITOR, shop.PASSWORD)
    return Settings(
        agent=AgentSettings.model_validate({"judge_every": "10s", "plans_every": "30s"}),
        log=LogSettings(level="error", format="console"),
        web=WebSettings(port=0),
        history=HistorySettings(path=history / "tunewright.db"),
        clusters=(ClusterSettings(name=shop.DATABASE, url=url, databases=(shop.DATABASE,), on_database_host=True),),
        checks={name: dict(values) for name, values in DEMO_CHECKS.items()},
    )


def advised(server: EmbeddedMysql) -> tuple[str, ...]:
    """The statements of `tunewright advise indexes` for the shop. Raises SourceError."""
    with DirectSession(server.url(shop.DATABASE, shop.MONITOR, shop.PASSWORD)) as session:
        facts = read(session, (shop.DATABASE,))
    return tuple(statement for build in builds(advise(facts), facts) for statement in build.statements)


def apply(server: EmbeddedMysql, recommendations: tuple[Recommendation, ...], indexes: tuple[str, ...]) -> Applied:
    """Run the advice. Raises NotTheDemoError before anything is done where the server is not one of ours."""
    chosen = [one for one in recommendations if one.check in APPLIED_CHECKS]
    statements: list[str] = []
    errors = {}
    with shop.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@datadir")
        row = cursor.fetchone()
        if row is None or not Path(str(row[0])).parent.name.startswith(PREFIX):
            raise NotTheDemoError(
                "this server was not made by `tunewright demo`: nothing was applied. Tunewright never changes any other."
            )
        for statement in indexes:
            cursor.execute(statement)
            statements.append(statement)
        for one in chosen:
            try:
                for statement in one.statements:
                    cursor.execute(statement)
                    statements.append(statement)
            except pymysql.MySQLError as error:
                errors[one.id] = f"error {error.args[0]}"
    done = tuple(one.id for one in chosen if one.id not in errors)
    return Applied(done, tuple(statements), errors, ())


def play(server: EmbeddedMysql, history: Path, progress: Progress) -> Outcome:
    """All acts on a running demo server. Raises DemoError, NotTheDemoError, SourceError, TimeoutError, pymysql.MySQLError."""
    shop.build(server, lambda done, of: progress("building a shop with mistakes", done, of))
    shop.work(server, lambda _done, _of: None, rounds=1)  # so that both measured runs find warm caches
    before = shop.measured(server, lambda done, of: progress("the shop at work", done, of))
    with daemon_over(settings_for(server, history)) as assembly, hold(server):
        seen = judged(assembly, lambda done, of: progress("the daemon looks", done, of))
    judgement = whole_judgement(seen.state)
    applied = apply(server, judgement.recommendations, advised(server))
    after = shop.measured(server, lambda done, of: progress("the same work again", done, of))
    found = tuple(one for one in PLANTED if any(one.found_in(finding) for finding in judgement.findings))
    missed = tuple(one for one in PLANTED if one not in found)
    return Outcome(seen, judgement, applied, shop.compared(before, after, applied.statements), found, missed)


@contextmanager
def staged(engine: str, progress: Progress) -> Iterator[tuple[EmbeddedMysql, Outcome]]:
    """A demo that was played; its server exists until the block ends. Raises what `play` raises, EmbeddedError."""
    with folder() as history, EmbeddedMysql(BUILDS[engine], settings=shop.SETTINGS) as server:
        yield server, play(server, history, progress)
