"""IAM tokens as passwords: signed on this machine by boto3, asked for anew well before the fifteen minutes that a token lives."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.sources.mysql.address import Address
from tunewright_agent.sources.source import Denied

RENEW_SECONDS = 600.0
"""A token lives for 900 s, and counts only at login: an open connection outlives it."""


def _signed(address: Address) -> str:
    client = boto3.client("rds", region_name=address.iam_region)
    token: str = client.generate_db_auth_token(address.host, address.port, address.user, address.iam_region)
    return token


@dataclass(slots=True)
class Tokens:
    """The password of one address, as a callable. `clock` is monotonic, `sign` makes a token."""

    address: Address
    clock: Callable[[], float] = time.monotonic
    sign: Callable[[Address], str] = _signed
    _token: str = field(init=False, default="", repr=False)
    _until: float = field(init=False, default=float("-inf"))
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __call__(self) -> str:
        """A token that is good for five minutes at least. Raises Denied where none can be signed."""
        with self._lock:
            if self.clock() >= self._until:
                try:
                    self._token = self.sign(self.address)
                except (BotoCoreError, ClientError) as error:
                    raise Denied(
                        f"no IAM token could be signed ({type(error).__name__})",
                        "give this agent AWS credentials with rds-db:connect on the monitoring user",
                    ) from error
                self._until = self.clock() + RENEW_SECONDS
            return self._token
