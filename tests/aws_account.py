"""An AWS account for tests: moto behind real boto3, and botocore's own hooks where moto has nothing.

`Hooks` stands in front of a session's requests (`before-call`, `before-send`): what moto lacks is answered there, and faults are made there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse

REGION = "eu-west-1"
PASSWORD = "correct-horse-1"


class _Raw:
    """A body as urllib3 would give it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body


def error_response(code: str, status: int) -> AWSResponse:
    """An HTTP answer of the query protocol with that error."""
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return AWSResponse("https://example.invalid/", status, {"content-type": "text/xml"}, _Raw(body.encode()))


@dataclass
class Hooks:
    """What stands in front of the requests of every session that `make` gives."""

    handlers: list[tuple[str, Callable[..., Any]]] = field(default_factory=list)
    made: int = 0

    def make(self) -> Any:
        """A botocore session with all hooks: for Door(make=…)."""
        self.made += 1
        session = botocore.session.Session()
        for event, handler in self.handlers:
            session.register(event, handler, unique_id=f"{event}-{id(handler)}")
        return session

    def answer(self, service: str, operation: str, make: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Answer `operation` by a function of its parameters' serialised body; paginators work."""

        def handler(model: Any, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
            return AWSResponse("https://example.invalid/", 200, {}, _Raw(b"")), make(params)

        self.handlers.append((f"before-call.{service}.{operation}", handler))

    def fail(self, service: str, operation: str, code: str, status: int = 400, times: int | None = None) -> list[int]:
        """Let `operation` fail so often (None: always); the answer counts the attempts that failed."""
        failed = [0]

        def handler(**_: Any) -> AWSResponse | None:
            if times is not None and failed[0] >= times:
                return None
            failed[0] += 1
            return error_response(code, status)

        self.handlers.insert(0, (f"before-send.{service}.{operation}", handler))
        return failed


@contextmanager
def environment(patch: Any) -> Iterator[None]:
    """Credentials and a region as moto wants them."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        patch.setenv(name, value)
    yield


def make_cluster(client: Any, name: str, members: int = 3, **more: Any) -> list[str]:
    """An Aurora PostgreSQL cluster and its members; the first writes."""
    settings = {"Engine": "aurora-postgresql", "EngineVersion": "15.4", "MasterUsername": "root"} | more
    client.create_db_cluster(DBClusterIdentifier=name, MasterUserPassword=PASSWORD, **settings)
    names = [f"{name}-{number + 1}" for number in range(members)]
    for one in names:
        client.create_db_instance(
            DBInstanceIdentifier=one,
            DBClusterIdentifier=name,
            DBInstanceClass="db.r6g.large",
            Engine=settings["Engine"],
        )
    return names
