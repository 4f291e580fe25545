"""A rule of a security group as the EC2 API and the AWS CLI write it. Pure; called by open_security_group and by effects."""

from tunewright_analyzers.facts.cloud_network import Ingress


def permission(rule: Ingress, network: str) -> str:
    """One network that a rule lets in, in the CLI's shorthand of IpPermission."""
    ports = (
        "" if rule.from_port is None or rule.protocol == "-1" else f"FromPort={rule.from_port},ToPort={rule.to_port},"
    )
    ranges = f"Ipv6Ranges=[{{CidrIpv6={network}}}]" if ":" in network else f"IpRanges=[{{CidrIp={network}}}]"
    return f"IpProtocol={rule.protocol},{ports}{ranges}"
