"""Every metric that we expose: name, type, labels, help. The exposition refuses what is not here; the documentation is made from it.

Prometheus' conventions: one prefix, base units in the name, `_total` for counters, `_info` for facts. Names are public.
Metrics of a server carry `cluster` and `server` (not `instance`: Prometheus sets that one to our own address).
Counters are the server's own cumulative counters, so that a restart or a reset of its statistics is a counter reset to Prometheus; those of a
statement keep what rows counted that the server has thrown out since (see tally.py).
"""

from tunewright_agent.metrics.agent_metrics import AGENT_METRICS
from tunewright_agent.metrics.cloud_metrics import CLOUD_METRICS
from tunewright_agent.metrics.metric import Kind as Kind
from tunewright_agent.metrics.mysql_metrics import MYSQL_METRICS
from tunewright_agent.metrics.server_metrics import SERVER_METRICS

CATALOG = (*SERVER_METRICS, *MYSQL_METRICS, *AGENT_METRICS, *CLOUD_METRICS)
BY_NAME = {metric.name: metric for metric in CATALOG}
