"""A Finding with its advice, flattened into an Alert. Pure; called for each judgement that is to be told."""

from datetime import datetime

from tunewright_agent.reports.quantities import quantity
from tunewright_agent.state import Judgement
from tunewright_alerts.message import Alert
from tunewright_analyzers.facts.ids import ClusterId, InstanceId
from tunewright_analyzers.finding import Finding
from tunewright_analyzers.recommendation import Recommendation

MOST_FACTS = 8
MOST_STATEMENTS = 3


def alerts_of(cluster: ClusterId, instance: InstanceId, judgement: Judgement, at: datetime) -> tuple[Alert, ...]:
    """One alert a finding; `opened_at` is `at` until the outbox knows better."""
    advice: dict[str, Recommendation] = {}
    for one in judgement.recommendations:
        advice.setdefault(one.finding, one)
    return tuple(_alert(cluster, instance, one, advice.get(one.id), at) for one in judgement.findings)


def _alert(cluster: ClusterId, instance: InstanceId, finding: Finding, advice: Recommendation | None, at: datetime) -> Alert:  # fmt: skip
    facts = tuple((one.label, quantity(one.value, one.unit)) for one in finding.evidence[:MOST_FACTS])
    return Alert(
        key=f"{cluster}/{instance}/{finding.id}",
        cluster=cluster,
        instance=instance,
        check=finding.check,
        severity=finding.severity,
        subject=str(finding.subject),
        summary=finding.summary,
        opened_at=at,
        facts=facts,
        advice=advice.statements[:MOST_STATEMENTS] if advice is not None else (),
        database=finding.subject.database,
        finding=finding.id,
    )
