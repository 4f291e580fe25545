"""The daemon: builds the watches, serves the pages, obeys signals.

    starting -> running -> draining -> stopped
    running -> running on SIGHUP (new settings; the old ones stay where the new are wrong)

Invariants: SIGTERM and SIGINT end it within `agent.drain` plus a second; a wrong file at SIGHUP changes nothing; the history is closed last.
"""

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import structlog

from tunewright_agent.config.load import ConfigurationError, load
from tunewright_agent.config.secrets import SecretError
from tunewright_agent.config.settings import Settings
from tunewright_agent.history.store import HistoryError
from tunewright_agent.wiring import Assembly, assemble

_log = structlog.get_logger("daemon")


class Daemon:
    """Runs an Assembly until it is told to stop. `reload` makes new settings; by default it reads the file again."""

    def __init__(
        self,
        settings: Settings,
        path: Path | None = None,
        reload: Callable[[], Settings] | None = None,
        assemble: Callable[[Settings], Assembly] = assemble,
    ) -> None:
        self._settings = settings
        self._assemble = assemble
        self._reload = reload or (lambda: load(path) if path is not None else settings)
        self._stop = threading.Event()
        self._hang_up = threading.Event()
        self._wake = threading.Event()
        self.assembly: Assembly | None = None

    def stop(self) -> None:
        """Ask it to drain and end; returns at once."""
        self._stop.set()
        self._wake.set()

    def hang_up(self) -> None:
        """Ask it to read its settings again; returns at once."""
        self._hang_up.set()
        self._wake.set()

    def obey_signals(self) -> None:
        """SIGTERM and SIGINT drain, SIGHUP reloads. Only the main thread may call this."""

        def on_stop(number: int, _frame: FrameType | None) -> None:
            self.stop()

        def on_hang_up(number: int, _frame: FrameType | None) -> None:
            self.hang_up()

        signal.signal(signal.SIGTERM, on_stop)
        signal.signal(signal.SIGINT, on_stop)
        signal.signal(signal.SIGHUP, on_hang_up)

    def run(self, on_started: Callable[[Assembly], None] | None = None) -> None:
        """Start, and return when stopped. Raises what `assemble` raises (a port in use, a history that cannot be opened)."""
        self.assembly = self._assemble(self._settings)
        self.assembly.start()
        _log.info(
            "started", clusters=[cluster.name for cluster in self._settings.clusters], address=self.assembly.address
        )
        if on_started is not None:
            on_started(self.assembly)
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._hang_up.is_set() and not self._stop.is_set():
                self._hang_up.clear()
                self._replace()
        _log.info("draining", seconds=self._settings.agent.drain)
        drained = self.assembly.stop(self._settings.agent.drain)
        _log.info("stopped", drained=drained)

    def _replace(self) -> None:
        try:
            settings = self._reload()
        except ConfigurationError as error:
            _log.error("reload_refused", faults=str(error).splitlines(), kept="the settings in force")
            return
        assert self.assembly is not None
        if settings == self._settings:
            _log.info("reloaded", changed=False)
            return
        self.assembly.stop(self._settings.agent.drain)
        try:
            fresh = self._assemble(settings)
            fresh.start()
        except (OSError, HistoryError, SecretError, ConfigurationError) as error:
            _log.error("reload_refused", faults=[str(error)], kept="the settings in force")
            fresh, settings = assemble(self._settings), self._settings
            fresh.start()
        self.assembly, self._settings = fresh, settings
        _log.info("reloaded", changed=True, clusters=[cluster.name for cluster in settings.clusters])
