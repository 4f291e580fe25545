"""Answers in place of AWS where moto has none: hooks of a botocore session, in front of the request. Paginators, retries and parsing stay real.

An answer is a function of the call's own parameters; a list under its key is given out in pages where a page size is named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

Parameters = dict[str, Any]
Answer = Callable[[Parameters], dict[str, Any]]
_NOWHERE = "https://example.invalid/"


class Body:
    """A body as urllib3 would give it."""

    def __init__(self, body: bytes = b"") -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """The whole of it."""
        yield self._body


class Refusal(Exception):
    """What an answer raises to be AWS's error with that code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse(code: str) -> Answer:
    """An answer that is AWS's error with that code."""

    def make(_: Parameters) -> dict[str, Any]:
        raise Refusal(code)

    return make


@dataclass(slots=True)
class Substitute:
    """The answers of one account, and sessions that give them. `made` counts the sessions."""

    answers: dict[tuple[str, str], Answer] = field(default_factory=dict)
    handlers: list[tuple[str, Callable[..., Any]]] = field(default_factory=list)
    made: int = 0

    def answer(self, service: str, operation: str, make: Answer) -> None:
        """Answer `operation` (`DescribeCertificates`) of a service (botocore's hyphenated id) by a function of its parameters."""
        self.answers[(service, operation)] = make

    def pages(self, service: str, operation: str, key: str, rows: Callable[[Parameters], list[Any]], size: int) -> None:
        """Answer with rows under `key`, so many a page, followed by Marker."""

        def make(parameters: Parameters) -> dict[str, Any]:
            found, first = rows(parameters), int(parameters.get("Marker") or 0)
            page: dict[str, Any] = {key: found[first : first + size]}
            if first + size < len(found):
                page["Marker"] = str(first + size)
            return page

        self.answer(service, operation, make)

    def make(self) -> Any:
        """A botocore session with all of it: for Door(make=…)."""
        self.made += 1
        session = botocore.session.Session()
        for event, handler in self.handlers:
            session.register(event, handler, unique_id=f"{event}-{id(handler)}")
        for service, operation in self.answers:
            session.register(f"before-parameter-build.{service}.{operation}", _keep)
            session.register(f"before-call.{service}.{operation}", self._reply)
        return session

    def _reply(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        service = model.service_model.service_id.hyphenize()
        try:
            answer = self.answers[(service, model.name)](context["tunewright_parameters"])
        except Refusal as refusal:
            error = {"Error": {"Code": refusal.code, "Message": "refused"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
            raise ClientError(error, model.name) from None
        return AWSResponse(_NOWHERE, 200, {}, Body()), answer


def _keep(params: Parameters, context: dict[str, Any], **_: Any) -> None:
    context["tunewright_parameters"] = dict(params)
