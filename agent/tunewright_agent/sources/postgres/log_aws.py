"""`log_from` of the settings to a LogTransport over AWS: `rds:INSTANCE@REGION`, `cloudwatch:GROUP@REGION`. Called by the engine's wiring."""

import re
import time

from tunewright_agent.sources.aws.session import Door, Place
from tunewright_agent.sources.postgres.log_cloudwatch import CloudWatchLog
from tunewright_agent.sources.postgres.log_rds import RdsLog
from tunewright_agent.sources.postgres.log_transport import LogTransport

PATTERN = r"^(rds|cloudwatch):([A-Za-z0-9/._#-]{1,512})@([a-z]{2}(?:-[a-z]+){1,2}-\d)$"


def _milliseconds() -> int:
    return int(time.time() * 1000)


def aws_log(text: str, door: Door) -> LogTransport:
    """The transport; nothing is asked of AWS yet. Raises ValueError for another form."""
    match = re.fullmatch(PATTERN, text)
    if match is None:
        raise ValueError("write rds:INSTANCE@REGION or cloudwatch:GROUP@REGION")
    kind, name, region = match.groups()
    if kind == "rds":
        return RdsLog(door.client("rds", Place(region)), name, region)
    return CloudWatchLog(door.client("logs", Place(region)), name, region, _milliseconds)
