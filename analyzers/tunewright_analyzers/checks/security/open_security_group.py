"""`security/open_security_group`: reads CloudClusters, CloudInstances, SecurityGroups; says which group lets the world in on the database's port."""

from collections.abc import Iterator

from tunewright_analyzers.check import Context, NoThresholds, Verdict, check
from tunewright_analyzers.cloud.mend import aws, mended
from tunewright_analyzers.cloud.permissions import permission
from tunewright_analyzers.cloud.resources import Resource, field, owners
from tunewright_analyzers.facts.cloud import CloudClusters, CloudInstances
from tunewright_analyzers.facts.cloud_network import Ingress, SecurityGroup, SecurityGroups
from tunewright_analyzers.facts.snapshot import Window
from tunewright_analyzers.finding import Evidence, Severity, Subject

EVERYBODY = frozenset({"0.0.0.0/0", "::/0"})


def _rules(group: SecurityGroup, port: int) -> tuple[tuple[Ingress, str], ...]:
    """Rules of the group that let everybody in on that port, each with the network it names."""
    return tuple(
        (rule, net) for rule in group.ingress if rule.covers(port) for net in rule.networks if net in EVERYBODY
    )


def _is_public(window: Window, row: Resource) -> bool:
    """Whether any member of it has a public address."""
    members = [one for one in window.need(CloudInstances).rows if row.identifier in (one.cluster, one.identifier)]
    return any(one.is_publicly_accessible for one in members)


@check(
    needs=(CloudClusters, CloudInstances, SecurityGroups),
    controls=(
        "EC2.19",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306",
    ),
)
def open_security_group(context: Context[NoThresholds]) -> Iterator[Verdict]:
    """A security group that lets every address in on the database's port.

    Risk: with a public address (or a path into the VPC) anybody may try passwords and exploits.
    Evidence: inbound rules of ec2:DescribeSecurityGroups with 0.0.0.0/0 or ::/0 that cover the port of the cluster or instance.
    Remedy: name the clients' security groups or networks instead; then revoke the open rule.
    False positives: a group behind a network ACL or firewall that is narrower; without a public address the severity is high, with one critical.
    """
    groups = context.window.need(SecurityGroups)
    seen: set[str] = set()
    for row in sorted(owners(context.window), key=lambda one: not _is_public(context.window, one)):
        port = row.port
        for group in filter(None, map(groups.get, row.security_groups)):
            rules = _rules(group, port) if port is not None else ()
            if not rules or group.identifier in seen:
                continue
            seen.add(group.identifier)
            public = _is_public(context.window, row)
            found = context.finding(
                Subject("security group", group.identifier),
                Severity.CRITICAL if public else Severity.HIGH,
                f"The security group {group.identifier} ({group.group_name}) of {row.identifier} lets every address in on port {port}"
                f"{', and a member has a public address' if public else ''}.",
                Evidence("networks", ", ".join(sorted({net for _, net in rules})), "", "ec2:DescribeSecurityGroups IpPermissions"),
                Evidence("port", int(port or 0), "", field(row, "Port")),
                Evidence("publicly accessible", public, "", "DBInstance.PubliclyAccessible"),
            )  # fmt: skip
            yield found
            given = tuple(permission(rule, net) for rule, net in rules)
            yield mended(
                context,
                found,
                aws("ec2", "revoke-security-group-ingress", row.region, group_id=group.identifier, ip_permissions=given),
                risk="Clients that no other rule lets in lose their way in at once: add rules for them first.",
                rollback=(
                    aws("ec2", "authorize-security-group-ingress", row.region, group_id=group.identifier, ip_permissions=given),
                ),
            )  # fmt: skip
