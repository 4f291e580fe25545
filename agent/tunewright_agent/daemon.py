"""The daemon: builds the watches, serves the pages, obeys signals.

    starting -> running -> draining -> stopped
    starting -> waiting (for the shared store) -> starting
    running -> running on SIGHUP (new settings; the old ones stay where the new are wrong, or name a store that is away)

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
from tunewright_agent.history.database import AwayError
from tunewright_agent.history.store import HistoryError
from tunewright_agent.waiting import Waiting, look
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
        """Start, and return when stopped. Raises what `assemble` raises (a port in use, a history that cannot be opened).

        A shared store that is away is waited for; one that our settings cannot open is not.
        """
        self.assembly = self._begun()
        if self.assembly is not None:
            _log.info("started", clusters=self._clusters(), address=self.assembly.address)
            if on_started is not None:
                on_started(self.assembly)
        while self.assembly is not None and not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if self._hang_up.is_set() and not self._stop.is_set():
                self._hang_up.clear()
                self.assembly = self._replaced(self.assembly)
        _log.info("draining", seconds=self._settings.agent.drain)
        drained = self.assembly is None or self.assembly.stop(self._settings.agent.drain)
        _log.info("stopped", drained=drained)

    def _clusters(self) -> list[str]:
        return [cluster.name for cluster in self._settings.clusters]

    def _begun(self) -> Assembly | None:
        """Started by the settings in force, however long their store is away; None where we are told to stop before."""
        waiting: Waiting | None = None
        while not self._stop.is_set():
            try:
                assembly = self._assemble(self._settings)
            except AwayError as error:
                waiting = waiting or Waiting(str(error))
                waiting.reason = str(error)
            else:
                assembly.start()
                return assembly
            waiting.until_there(self._settings, self._wake)
            self._wake.clear()
            if self._hang_up.is_set():
                self._hang_up.clear()
                self._settings = self._read_again() or self._settings
        return None

    def _read_again(self) -> Settings | None:
        """The settings as they are written now; None where they are wrong, which is told."""
        try:
            return self._reload()
        except ConfigurationError as error:
            _log.error("reload_refused", faults=str(error).splitlines(), kept="the settings in force")
            return None

    def _replaced(self, running: Assembly) -> Assembly | None:
        """What runs after SIGHUP: a fresh one, or the same where there is nothing new or nothing right; None where we are to stop."""
        settings = self._read_again()
        if settings is None:
            return running
        if settings == self._settings:
            _log.info("reloaded", changed=False)
            return running
        if settings.history.url is not None and (reason := _away(settings)) is not None:
            _log.error("reload_refused", faults=[reason], kept="the settings in force")
            return running
        running.stop(self._settings.agent.drain)
        try:
            fresh = self._assemble(settings)
            fresh.start()
        except (OSError, HistoryError, SecretError, ConfigurationError) as error:
            _log.error("reload_refused", faults=[str(error)], kept="the settings in force")
            return self._begun()
        self._settings = settings
        _log.info("reloaded", changed=True, clusters=self._clusters())
        return fresh


def _away(settings: Settings) -> str | None:
    """Why the shared store of these settings cannot be used; None where it can."""
    try:
        look(settings)
    except HistoryError as error:
        return str(error)
    return None
