"""An AWS account for tests: moto behind real boto3, and botocore's own hooks where moto has nothing.

`Hooks` stands in front of a session's requests (`before-call`, `before-send`): what moto lacks is answered there, and faults are made there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse

from tunewright_agent.demo.aurora.substitute import Body, Substitute

REGION = "eu-west-1"
PASSWORD = "correct-horse-1"


def error_response(code: str, status: int) -> AWSResponse:
    """An HTTP answer of the query protocol with that error."""
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return AWSResponse("https://example.invalid/", status, {"content-type": "text/xml"}, Body(body.encode()))


class Hooks(Substitute):
    """A substitute's answers, and faults in front of the requests."""

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
