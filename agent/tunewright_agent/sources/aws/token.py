"""A password for IAM database authentication: a token that botocore signs here, without a request. It is good for 15 minutes, for logins only.

Asked for at each new connection by the engine's reader, so that it never is old; needs rds-db:connect on the role.
"""

from botocore.exceptions import BotoCoreError, ClientError

from tunewright_agent.sources.aws.faults import translate
from tunewright_agent.sources.aws.session import Door, Place


def token(door: Door, place: Place, host: str, port: int, user: str) -> str:
    """The token for a login of `user` at the endpoint. Raises SourceError."""
    try:
        made: str = door.client("rds", place).generate_db_auth_token(
            DBHostname=host, Port=port, DBUsername=user, Region=place.region
        )
    except (ClientError, BotoCoreError) as error:
        raise translate(error, "rds-db:connect", place.region) from None
    return made
