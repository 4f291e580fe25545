"""Series of what is forecast of a cluster in the cloud. A forecast is made once for each reading, not once for each scrape."""

from tunewright_agent.metrics.sheet import Sheet
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.snapshot import Snapshot
from tunewright_analyzers.forecast.cloud import Forecast, all_of

DAY_SECONDS = 86400


class ForecastSeries:
    """Of one target; keeps the forecasts until its trends are read anew."""

    def __init__(self) -> None:
        self._of: CloudTrends | None = None
        self._made: tuple[Forecast, ...] = ()

    def write(self, sheet: Sheet, server: tuple[str, str], snapshot: Snapshot) -> None:
        """Share in use and time left, at the slope and at the steep end of its interval; no time where the limit is never met."""
        trends = snapshot.section(CloudTrends)
        if trends is not self._of:
            self._of, self._made = trends, all_of(snapshot)
        for one in self._made:
            labels = (*server, one.resource, one.name)
            sheet.add("tunewright_forecast_used_ratio", one.line.level / one.limit, *labels)
            for bound, days in (("estimate", one.days), ("earliest", one.earliest)):
                left = None if days is None else days * DAY_SECONDS
                sheet.add("tunewright_forecast_left_seconds", left, *labels, bound)
