"""Where the members' log files are kept while they are read: a private folder, a file a member, bounded, removed at the end.

Log files hold query texts with their values: the folder is the agent's alone (0700), and nothing of it goes anywhere else but through the
engine's own reader of log files, which redacts.
"""

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

MOST_BYTES = 32 * 2**20
"""A larger file is begun anew: the engine's reader takes that for a rotation."""


@dataclass(slots=True)
class Spool:
    """The folder; made at the first use."""

    _folder: Path | None = field(init=False, default=None)

    def path(self, instance: str) -> Path:
        """The member's file, which exists (empty at first). Raises OSError."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="tunewright-logs-"))
        path = self._folder / f"{instance}.log"
        path.touch(mode=0o600)
        return path

    def add(self, instance: str, text: str) -> None:
        """Append what was fetched. Raises OSError."""
        path, data = self.path(instance), text.encode("utf-8", "replace")
        mode = "wb" if path.stat().st_size + len(data) > MOST_BYTES else "ab"
        with path.open(mode) as file:
            file.write(data)

    def close(self) -> None:
        """Remove all of it."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
