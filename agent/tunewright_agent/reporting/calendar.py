"""When a report is due. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE = timedelta(hours=24)
"""How long after its time a report is still made: a daemon that was down for a week begins with the next one."""


def due_at(day: str, at: str, timezone: str, now: datetime) -> datetime | None:
    """The last time (UTC) that has come and is not more than a day past; None where there is none. A time that a clock change skips
    is the one that the zone makes of it."""
    if day == "never":
        return None
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone)
    hour = time.fromisoformat(at)
    for back in range(2):
        date = local.date() - timedelta(days=back)
        if day not in ("daily", DAYS[date.weekday()]):
            continue
        moment = datetime.combine(date, hour, zone).astimezone(UTC)
        if moment <= now < moment + LATE:
            return moment
    return None
