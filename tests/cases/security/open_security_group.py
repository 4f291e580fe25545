"""Cases of `security/open_security_group`."""

from cases.case import Case, gap
from cases.cloud import alone, aurora, clusters, instance, instances
from tunewright_analyzers.facts.cloud_network import Ingress, SecurityGroup, SecurityGroups

SHOP = (clusters(aurora()), instances())
SUBJECT = "security group sg-shop"


def _groups(*rules: Ingress) -> SecurityGroups:
    return SecurityGroups((SecurityGroup("sg-shop", "shop-db", rules),))


OPEN = Ingress("tcp", 5432, 5432, ("10.0.0.0/8", "0.0.0.0/0"))

CASES = (
    Case("in a private network", "fires", (*SHOP, _groups(OPEN)), (SUBJECT,), severity={SUBJECT: "high"},
         statements=("IpProtocol=tcp,FromPort=5432,ToPort=5432,IpRanges=[{CidrIp=0.0.0.0/0}]",)),
    Case("with a public address", "fires", (clusters(aurora()), instances(instance(is_publicly_accessible=True)), _groups(OPEN)),
         (SUBJECT,), severity={SUBJECT: "critical"}),
    Case("every port, IPv6", "fires", (*SHOP, _groups(Ingress("-1", None, None, ("::/0",)))), (SUBJECT,),
         statements=("IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]",)),
    Case("a range of ports, of an instance", "fires", (clusters(), instances(alone()), _groups(Ingress("tcp", 1024, 65535, ("0.0.0.0/0",)))),
         (SUBJECT,)),
    Case("another port", "silent", (*SHOP, _groups(Ingress("tcp", 443, 443, ("0.0.0.0/0",))))),
    Case("udp", "silent", (*SHOP, _groups(Ingress("udp", 5432, 5432, ("0.0.0.0/0",))))),
    Case("named networks", "silent", (*SHOP, _groups(Ingress("tcp", 5432, 5432, ("10.0.0.0/8",), ("sg-app",))))),
    Case("groups denied", "gap", SHOP, gaps=(gap(SecurityGroups),)),
)  # fmt: skip
