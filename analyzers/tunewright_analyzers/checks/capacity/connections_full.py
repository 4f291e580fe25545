"""`capacity/connections_full`: reads CloudClusters, CloudInstances, ParameterGroups, CloudTrends; says when the last session is taken."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, Verdict, check
from tunewright_analyzers.cloud.nearness import Nearness, told
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_metrics import CloudTrends
from tunewright_analyzers.facts.cloud_parameters import ParameterGroups
from tunewright_analyzers.forecast.cloud import connections


@check(needs=(CloudClusters, CloudInstances, ParameterGroups, CloudTrends), thresholds=Nearness)
def connections_full(context: Context[Nearness]) -> Iterator[Verdict]:
    """Client sessions that grow towards max_connections.

    Risk: new sessions are refused, those of the application and of its operators alike.
    Evidence: daily maximum of DatabaseConnections against max_connections of the parameter group (a formula of the class's memory).
    Remedy: a pool (RDS Proxy, pgbouncer) or smaller pools in the clients; raising the limit costs memory for each session.
        No command: a pool is made outside of RDS.
    False positives: a rollout that doubled the clients for some days.
    """
    for forecast in connections(context.window.latest, context.window.need(CloudTrends)):
        yield from told(context, forecast, "max_connections")
