"""The door to AWS: the one place that makes clients. Deadlines, adaptive retries, AssumeRole, renewal, counts, and answers shared by lanes.

    place (region, role) -> boto3 session of that account -> client by service -> rows, page by page, or a SourceError

Used by every source of this folder through reader.Reader. `fresh_seconds` shares one answer among the lanes of a region: 200 clusters
ask DescribeDBClusters once. Expired credentials are renewed before their time by botocore; where AWS still says that they have
expired, the session is made anew and the call repeated once.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, CredentialProvider, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.sources.aws.calls import Calls, action
from tunewright_agent.sources.aws.faults import is_expired, translate
from tunewright_agent.sources.source import Overrun, SourceError

SESSION_NAME = "tunewright"
FAILED_SECONDS = 20.0
"""How long an answer that was an error is shared: 200 lanes must not each wait for a region that is silent."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region of an account: ours, or the one that the role belongs to."""

    region: str
    role_arn: str | None = None
    external_id: str | None = None

    @property
    def account(self) -> str:
        """The account's number of the role, or `own`."""
        return self.role_arn.split(":")[4] if self.role_arn else "own"


@dataclass(frozen=True, slots=True)
class Limits:
    """Deadlines of one HTTP request, in seconds, and how often it is tried."""

    connect_seconds: float = 3.0
    read_seconds: float = 15.0
    attempts: int = 5


@dataclass(slots=True)
class _Answer:
    """One shared answer: rows, or the error that stood in their place."""

    lock: threading.Lock
    until: float = -1.0
    rows: list[dict[str, Any]] | None = None
    error: SourceError | None = None


class _Role(CredentialProvider):  # type: ignore[misc]  # botocore has no types
    """Credentials of an assumed role, in front of all other providers."""

    METHOD = "tunewright-assume-role"
    CANONICAL_NAME = METHOD

    def __init__(self, fetcher: AssumeRoleCredentialFetcher) -> None:
        super().__init__()
        self._fetcher = fetcher

    def load(self) -> DeferredRefreshableCredentials:
        return DeferredRefreshableCredentials(self._fetcher.fetch_credentials, self.METHOD)


def default_region() -> str:
    """The Region of the environment or the profile; empty where there is none (botocore then says so)."""
    return boto3.Session().region_name or ""


class Door:
    """Clients of all places, shared by every lane. `make` gives a fresh botocore session (tests hook theirs)."""

    def __init__(
        self,
        limits: Limits | None = None,
        calls: Calls | None = None,
        make: Callable[[], Any] = botocore.session.get_session,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self.calls = calls or Calls()
        self._make = make
        self._monotonic = monotonic
        self._sessions: dict[tuple[str | None, str | None], boto3.Session] = {}
        self._clients: dict[tuple[Place, str], Any] = {}
        self._answers: dict[Any, _Answer] = {}
        self._lock = threading.RLock()

    def client(self, service: str, place: Place) -> Any:
        """The boto3 client of that service and place; made once. Raises BotoCoreError where credentials cannot be had."""
        with self._lock:
            if (place, service) not in self._clients:
                made = self._session(place).client(service, region_name=place.region, config=self._config())
                self._counted(made)
                self._clients[(place, service)] = made
            return self._clients[(place, service)]

    def _config(self) -> Config:
        return Config(
            connect_timeout=self.limits.connect_seconds,
            read_timeout=self.limits.read_seconds,
            retries={"mode": "adaptive", "total_max_attempts": self.limits.attempts},
            max_pool_connections=20,
            user_agent_extra="tunewright",
        )

    def _counted(self, client: Any) -> None:
        """Count what the client is asked for. The hook stands in front of a request's signing, so that a stubbed call counts too."""
        region = client.meta.region_name

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            name = action(model.service_model.service_id.hyphenize(), model.name)
            self.calls.note(name, region, len(params.get("MetricDataQueries", ())))

        client.meta.events.register("provide-client-params", note)

    def _session(self, place: Place) -> boto3.Session:
        key = (place.role_arn, place.external_id)
        if key not in self._sessions:
            core = self._make()
            if place.role_arn is not None:
                core.get_component("credential_provider").insert_before("env", _Role(self._fetcher(place)))
            self._sessions[key] = boto3.Session(botocore_session=core)
        return self._sessions[key]

    def _fetcher(self, place: Place) -> AssumeRoleCredentialFetcher:
        own = boto3.Session(botocore_session=self._make())

        def creator(service: str, **keys: Any) -> Any:
            made = own.client(service, region_name=place.region, config=self._config(), **keys)
            self._counted(made)
            return made

        extra = {"RoleSessionName": SESSION_NAME} | ({"ExternalId": place.external_id} if place.external_id else {})
        return AssumeRoleCredentialFetcher(creator, own.get_credentials(), place.role_arn, extra_args=extra)

    def _forget(self, place: Place) -> None:
        """Drop the account's sessions and clients: the next call reads the credentials anew."""
        with self._lock:
            self._sessions.pop((place.role_arn, place.external_id), None)
            gone = [key for key in self._clients if (key[0].role_arn, key[0].external_id) == (place.role_arn, place.external_id)]  # fmt: skip
            for key in gone:
                del self._clients[key]

    def call(self, place: Place, service: str, operation: str, left: Callable[[], float], **parameters: Any) -> Any:
        """One answer of `operation` (boto3's name, as in describe_db_clusters). Raises SourceError."""
        return self._tried(place, service, operation, lambda client: _once(client, operation, left, parameters))

    def rows(
        self,
        place: Place,
        service: str,
        operation: str,
        key: str,
        left: Callable[[], float],
        fresh_seconds: float = 0.0,
        **parameters: Any,
    ) -> list[dict[str, Any]]:
        """Every row listed under `key` (`EngineDefaults.Parameters` is a path), page by page. Raises SourceError.

        An answer younger than `fresh_seconds` is shared.
        """

        def read(client: Any) -> list[dict[str, Any]]:
            return _pages(client, operation, key, left, parameters)

        def ask() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = self._tried(place, service, operation, read)
            return found

        if fresh_seconds <= 0:
            return ask()
        named = (place, service, operation, repr(sorted(parameters.items())))
        with self._lock:
            answer = self._answers.setdefault(named, _Answer(threading.Lock()))
        if not answer.lock.acquire(timeout=max(0.0, left())):
            raise Overrun(f"{operation}: another pass still waits for the answer of {place.region}")
        try:
            if self._monotonic() >= answer.until:
                self._renew(answer, fresh_seconds, ask)
            if answer.error is not None:
                raise type(answer.error)(answer.error.reason, answer.error.mend)
            return answer.rows or []
        finally:
            answer.lock.release()

    def _renew(self, answer: _Answer, fresh_seconds: float, read: Callable[[], list[dict[str, Any]]]) -> None:
        try:
            answer.rows, answer.error = read(), None
        except SourceError as error:
            answer.rows, answer.error = None, error
        seconds = fresh_seconds if answer.error is None else min(fresh_seconds, FAILED_SECONDS)
        answer.until = self._monotonic() + seconds

    def _tried(self, place: Place, service: str, operation: str, work: Callable[[Any], Any]) -> Any:
        """`work` with the client; once more with new credentials where the old ones have expired."""
        name = f"{service}:{operation}"
        try:
            client = self.client(service, place)
            name = action(
                client.meta.service_model.service_id.hyphenize(), client.meta.method_to_api_mapping[operation]
            )
            try:
                return work(client)
            except ClientError as error:
                if not is_expired(error):
                    raise
                self._forget(place)
                return work(self.client(service, place))
        except (ClientError, BotoCoreError) as error:
            raise translate(error, name, place.region) from None


def _once(client: Any, operation: str, left: Callable[[], float], parameters: dict[str, Any]) -> Any:
    if left() <= 0:
        raise Overrun(f"{operation}: the pass had used up its time before")
    return getattr(client, operation)(**parameters)


def _under(page: Any, key: str) -> list[dict[str, Any]]:
    """The rows under `key`, which may be a path: `EngineDefaults.Parameters`."""
    for part in key.split("."):
        page = page.get(part) or {}
    return list(page)


def _has_more(page: dict[str, Any]) -> bool:
    inner = page.get("EngineDefaults") or {}
    return any(one.get(token) for one in (page, inner) for token in ("Marker", "NextToken", "nextToken"))


def _pages(
    client: Any, operation: str, key: str, left: Callable[[], float], parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    if not client.can_paginate(operation):
        return _under(_once(client, operation, left, parameters), key)
    rows: list[dict[str, Any]] = []
    if left() <= 0:
        raise Overrun(f"{operation}: the pass had used up its time before")
    for page in client.get_paginator(operation).paginate(**parameters):
        rows.extend(_under(page, key))
        if left() <= 0 and _has_more(page):
            raise Overrun(f"{operation}: {len(rows)} rows came within the time, and more were to come")
    return rows
