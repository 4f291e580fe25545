"""Rung 4: a clone with all rows, on which the real index is made, unseen by everybody else, and the optimiser asked with and without it.

The clone is a server of its own (a restored snapshot, an Aurora clone, a detached replica), never the production server: that is checked by the
servers' identities. MySQL: the index is INVISIBLE, and only the asking session sees it. MariaDB has no such switch for a session: there the index is
made, asked about, and dropped. A server that replicates to others or is a replica is refused: the change would travel or stop replication.
"""

from dataclasses import dataclass

from tunewright_agent.analyst.mysql_scratch import PROBE, same_server
from tunewright_agent.sources.mysql.direct import DirectSession
from tunewright_agent.sources.source import SourceError, Unsupported
from tunewright_analyzers.facts.snapshot import Engine
from tunewright_analyzers.indexes.mysql.facts import Rung
from tunewright_analyzers.indexes.mysql.statements import add_index
from tunewright_analyzers.indexes.whatif import HypotheticalIndex
from tunewright_analyzers.sql.mysql.identifiers import qualified, quoted


@dataclass(slots=True)
class Clone:
    """A clone that may be changed."""

    production: DirectSession
    session: DirectSession

    @property
    def rung(self) -> Rung:
        """The highest."""
        return Rung.CLONE

    def check(self) -> None:
        """Raises Unsupported where the server must not be touched."""
        if same_server(self.production, self.session):
            raise Unsupported(
                "--clone names the production server itself", "give a clone: it gets an index made and dropped"
            )
        if self.production.engine is not self.session.engine:
            raise Unsupported("the clone runs another engine than the production server")
        if self._replicas():
            raise Unsupported(
                "the clone has replicas: an index made on it would be made there too", "give a server that stands alone"
            )
        if self._is_replica():
            raise Unsupported(
                "the clone is a replica that runs", "detach it first: STOP REPLICA, or restore a snapshot"
            )

    def _replicas(self) -> bool:
        rows = self.session.execute(
            "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%%'"
        )
        return bool(rows[0]["n"])

    def _is_replica(self) -> bool:
        for text in ("SHOW REPLICA STATUS", "SHOW SLAVE STATUS"):
            try:
                rows = self.session.execute(text)
            except SourceError:
                continue
            return any(
                str(row.get("Replica_SQL_Running", row.get("Slave_SQL_Running", ""))).lower() == "yes" for row in rows
            )
        return False

    def add(self, index: HypotheticalIndex) -> None:
        """Make it; in MySQL only this session sees it."""
        unseen = "INVISIBLE" if self.session.engine is Engine.MYSQL else ""
        self.session.execute(add_index(index, PROBE, unseen=unseen))
        if unseen:
            self.session.execute("SET SESSION optimizer_switch = 'use_invisible_indexes=on'")

    def remove(self, index: HypotheticalIndex) -> None:
        """Take it away again."""
        if self.session.engine is Engine.MYSQL:
            self.session.execute("SET SESSION optimizer_switch = 'use_invisible_indexes=off'")
        self.session.execute(f"ALTER TABLE {qualified(index.table)} DROP INDEX {quoted(PROBE)}")

    def close(self) -> None:
        """Nothing is left behind: each index was removed."""
