"""Names of things that several rooms pass to each other; NewTypes so that the type checker tells them apart."""

from typing import NewType

ClusterId = NewType("ClusterId", str)
NO_CLUSTER = ClusterId("")
"""Of what was made without a window."""
"""The user's name of a cluster, as in the configuration."""

InstanceId = NewType("InstanceId", str)
"""One server of a cluster: `host:port` unless the user names it."""

StatementId = NewType("StatementId", str)
"""The fingerprint of a normalised statement: the same on every server, release and day (16 hex digits)."""

PlanId = NewType("PlanId", str)
"""The fingerprint of a plan's shape, without literals, costs or row counts (16 hex digits)."""

FindingId = NewType("FindingId", str)
RecommendationId = NewType("RecommendationId", str)
CheckId = NewType("CheckId", str)
"""`group/name`, as in `indexes/unused`."""
