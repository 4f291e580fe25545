"""A boto3 client with deadlines, and what AWS says against it as a DeliveryError. Used by sns and ses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tunewright_alerts.delivery import DEADLINE_SECONDS, Busy, Refused, Unreachable

_BUSY = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "Throttled",
        "TooManyRequestsException",
        "InternalError",
        "ServiceUnavailable",
        "LimitExceededException",
    }
)


def client(service: str, region: str | None) -> Any:
    """A client of that service; it is tried once, the outbox tries again."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=DEADLINE_SECONDS, retries={"mode": "standard", "total_max_attempts": 1})  # fmt: skip
    return boto3.client(service, region_name=region, config=config)


@contextmanager
def translated(service: str, permission: str) -> Iterator[None]:
    """botocore's errors leave as DeliveryError, without its texts."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _BUSY:
            raise Busy(f"{service} answered {code}") from None
        raise Refused(f"{service} answered {code} (needs {permission})") from None
    except BotoCoreError as error:
        raise Unreachable(f"{service} did not answer ({type(error).__name__})") from None
