"""The committed dashboards into a Grafana: a folder, then each dashboard that differs from what is there. Called by the command line.

Enters: a Grafana, the folder's uid and title, optionally a data source's uid. Leaves: one Outcome a dashboard.
Doing it twice changes nothing the second time; a dry run only reads.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from tunewright_dashboards.export import Reads, Shipped, shipped
from tunewright_dashboards.grafana import Grafana, PublishError

LONGEST_REASON = 200


class Done(StrEnum):
    """What became of a dashboard (with a dry run: would become)."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One dashboard, and what was done."""

    uid: str
    title: str
    done: Done


@dataclass(frozen=True, slots=True)
class Folder:
    """Grafana's folder that the dashboards go into."""

    uid: str = "tunewright"
    title: str = "Tunewright"


def publish(
    grafana: Grafana,
    folder: Folder,
    source: str | None = None,
    *,
    dry_run: bool = False,
    reads: Reads = Reads.PROMETHEUS,
) -> tuple[Outcome, ...]:
    """Bring every dashboard into the folder. Raises PublishError at the first call that fails; what was done until then stays."""
    _ensure(grafana, folder, dry_run=dry_run)
    return tuple(_publish_one(grafana, one, folder, source, dry_run=dry_run) for one in shipped(reads))


def _ensure(grafana: Grafana, folder: Folder, *, dry_run: bool) -> None:
    status, answer = grafana.call("GET", f"/api/folders/{quote(folder.uid, safe='')}")
    if status == 200 or (status == 404 and dry_run):
        return
    if status != 404:
        raise _refused(f"the question for the folder {folder.uid}", status, answer)
    status, answer = grafana.call("POST", "/api/folders", {"uid": folder.uid, "title": folder.title})
    if status not in (200, 409, 412):  # 409, 412: somebody else was quicker, and it is there
        raise _refused(f"the folder {folder.title}", status, answer)


def _publish_one(grafana: Grafana, one: Shipped, folder: Folder, source: str | None, *, dry_run: bool) -> Outcome:
    ours = _with_source(one.content, source)
    status, answer = grafana.call("GET", f"/api/dashboards/uid/{quote(one.uid, safe='')}")
    if status not in (200, 404):
        raise _refused(f"the question for {one.uid}", status, answer)
    if status == 200 and _is_there(answer, ours, folder):
        return Outcome(one.uid, one.title, Done.UNCHANGED)
    if not dry_run:
        body = {
            "dashboard": ours,
            "folderUid": folder.uid,
            "overwrite": True,
            "message": "tunewright dashboards publish",
        }
        taken, answer = grafana.call("POST", "/api/dashboards/db", body)
        if taken != 200:
            raise _refused(f"the dashboard {one.title}", taken, answer)
    return Outcome(one.uid, one.title, Done.UPDATED if status == 200 else Done.CREATED)


def _with_source(content: Mapping[str, Any], source: str | None) -> Mapping[str, Any]:
    """The dashboard with its data source chosen: the variable has that uid at first; people can still change it."""
    if source is None:
        return content
    made: dict[str, Any] = json.loads(json.dumps(content))
    for variable in made["templating"]["list"]:
        if variable["type"] == "datasource":
            variable["current"] = {"selected": True, "text": source, "value": source}
    return made


def _is_there(answer: Any, ours: Mapping[str, Any], folder: Folder) -> bool:
    """Whether Grafana holds it as it is, in that folder. What Grafana adds by itself (id, version) is no difference."""
    if not isinstance(answer, dict):
        return False
    there, meta = answer.get("dashboard"), answer.get("meta")
    if not isinstance(there, dict) or not isinstance(meta, dict) or meta.get("folderUid") != folder.uid:
        return False
    return all(there.get(key) == value for key, value in ours.items())


def _refused(what: str, status: int, answer: Any) -> PublishError:
    said = answer.get("message") if isinstance(answer, dict) else None
    text = "".join(one for one in str(said or "no reason given") if one.isprintable())
    return PublishError(f"Grafana did not take {what} (status {status}): {text[:LONGEST_REASON]}")
