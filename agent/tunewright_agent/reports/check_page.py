"""docs/aws-checks.md: the checks of the cloud's view as a page, made from the checks themselves. `python -m tunewright_agent.reports.check_page`."""

from collections.abc import Iterator

from tunewright_analyzers.check import Check, discover
from tunewright_analyzers.facts.snapshot import View

HEAD = """# Checks of a cluster on AWS

Made from the checks themselves (`python -m tunewright_agent.reports.check_page > docs/aws-checks.md`). `tunewright checks NAME` tells the risk,
the thresholds and the false positives of one; each recommendation carries the AWS CLI commands and the CloudFormation properties that mend it.
A call that is denied leaves just the checks that read its section *not judged*.

Controls are those of AWS Security Hub (`RDS.3`) and of prowler that look at the same thing, not always in the same way.
"""


def _row(check: Check) -> str:
    sections = ", ".join(kind.name for kind in check.needs)
    controls = ", ".join(one.removeprefix("prowler:") for one in check.controls) or "none"
    return f"| `{check.id.partition('/')[2]}` | {check.title} | {check.documentation['Evidence']} | {sections} | {controls} |"


def _lines() -> Iterator[str]:
    yield HEAD
    checks = [one for one in discover() if one.view is View.CLOUD]
    for group in sorted({one.group for one in checks}):
        yield f"## {group}\n"
        yield "| check | looks for | evidence | sections | controls |\n|---|---|---|---|---|"
        yield "\n".join(_row(one) for one in checks if one.group == group) + "\n"


def page() -> str:
    """The page."""
    return "\n".join(_lines())


if __name__ == "__main__":
    print(page(), end="")
