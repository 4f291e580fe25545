"""`tunewright` in a process whose wall clock is ahead of ours and runs fast: `python tests/fast_daemon.py run --config …`.

FAST_CLOCK="BEGIN AHEAD SPEED": at BEGIN (seconds since 1970) its clock is AHEAD seconds ahead, and from then on it runs SPEED times as fast,
over restarts too. Only wiring's clock is another one, which the watches, the outbox and the pages are given; ticks, deadlines, signals, the
servers and the files are as they always are. So a test can watch the daemon for hours that take a minute.
"""

import os
import sys
import time
from datetime import UTC, datetime

from tunewright_agent import wiring
from tunewright_agent.cli import main


def fast_now(setting: str) -> datetime:
    """What such a clock says now."""
    begin, ahead, speed = (float(one) for one in setting.split())
    return datetime.fromtimestamp(begin + ahead + (time.time() - begin) * speed, UTC)


if __name__ == "__main__":
    wiring.now = lambda: fast_now(os.environ["FAST_CLOCK"])
    sys.argv[0] = "tunewright"
    main()
