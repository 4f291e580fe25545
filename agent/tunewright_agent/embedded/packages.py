"""Debian's packages of a server, fetched from the mirror that this machine's own apt configuration names, and unpacked without installing.

Enters: the suite, the packages, and files of the mirror's pool with their checksums. Leaves: a folder with all of them unpacked, kept in the
user's cache, so that a second run asks nobody. Needs apt and dpkg-deb, no root; nothing of the machine's own apt state is touched.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunewright_agent.embedded.ownership import EmbeddedError

FETCH_DEADLINE_SECONDS = 240.0
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
APT_HELPER = "/usr/lib/apt/apt-helper"
UNWANTED = ("perl", "libperl", "libelogind")
"""What a closure of dependencies names and a server does not load: scripts' interpreters, and alternatives to another library."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """A file that the mirror's pool holds and no signed index names any more: held by its checksum."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Packages:
    """What makes one server: packages of a suite by name (with all they depend on, where `closure`), and files of the pool."""

    name: str
    suite: str
    names: tuple[str, ...]
    closure: bool = False
    pooled: tuple[Pooled, ...] = ()


def cache_folder() -> Path:
    """Where unpacked servers are kept: XDG_CACHE_HOME, or ~/.cache."""
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "tunewright" / "servers"


def unpacked(packages: Packages) -> Path:
    """The folder with the packages unpacked: from the cache, or fetched now. Raises EmbeddedError with the fetcher's own words."""
    kept = cache_folder() / packages.name
    if kept.exists():
        return kept
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise EmbeddedError(
            f"{packages.name} is unpacked from Debian's packages, and this machine has no apt-get and dpkg-deb"
        )
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{packages.name}-", dir=kept.parent))
    try:
        debs, root = scratch / "debs", scratch / "root"
        debs.mkdir()
        _fetch(packages, debs, scratch / "apt")
        for deb in sorted(debs.glob("*.deb")):
            _run(["dpkg-deb", "-x", str(deb), str(root)], scratch)
        try:
            root.rename(kept)
        except OSError:  # another process was faster
            if not kept.exists():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return kept


def _fetch(packages: Packages, into: Path, state: Path) -> None:
    """Download all packages into a folder, with an apt configuration of our own in `state`."""
    mirror = _mirror()
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "archives" / "partial").mkdir(parents=True)
    (state / "status").touch()
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    (state / "sources.list").write_text(f"deb {signed}{mirror} {packages.suite} main\n")
    (state / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{state}/sources.list";\nDir::Etc::sourceparts "/nonexistent";\nDir::State "{state}";\n'
        f'Dir::State::lists "{state}/lists";\nDir::State::status "{state}/status";\nDir::Cache "{state}";\n'
        'APT::Sandbox::User "";\nAcquire::Languages "none";\nAcquire::Retries "2";\nAcquire::http::Timeout "20";\n'
    )
    configuration = str(state / "apt.conf")
    _run(["apt-get", "update", "-q"], into, configuration)
    names = _closure(packages.names, into, configuration) if packages.closure else packages.names
    _run(["apt-get", "download", "-q", *names], into, configuration)
    for file in packages.pooled:
        target = into / Path(file.path).name
        _run(
            [APT_HELPER, "download-file", f"{mirror}/{file.path}", str(target), f"SHA256:{file.sha256}"],
            into,
            configuration,
        )


def _mirror() -> str:
    """Debian's mirror in the machine's own configuration. Raises EmbeddedError where it names none (another distribution)."""
    listed = _run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(COMPONENT)|$(LABEL)|$(REPO_URI)"], Path("/"))
    for line in listed.splitlines():
        origin, component, label, address = line.split("|", 3)
        if (origin, component, label) == ("Debian", "main", "Debian"):
            return address.rstrip("/")
    raise EmbeddedError("apt's configuration names no mirror of Debian, or `apt-get update` was never run here")


def _closure(names: Sequence[str], folder: Path, configuration: str) -> list[str]:
    kinds = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    listed = _run(
        ["apt-cache", "depends", "--recurse", *(f"--no-{kind}" for kind in kinds), *names], folder, configuration
    )
    return [line for line in listed.splitlines() if line[:1].isalnum() and not line.startswith(UNWANTED)]


def _run(command: list[str], folder: Path, configuration: str | None = None) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if configuration is not None:
        environment["APT_CONFIG"] = configuration
    try:
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=FETCH_DEADLINE_SECONDS, cwd=folder,
            stdin=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        raise EmbeddedError(f"{Path(command[0]).name} {command[1]} failed: {error.stderr.strip()[-1500:]}") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(f"{Path(command[0]).name} {command[1]} failed: {error}") from error
    return done.stdout
