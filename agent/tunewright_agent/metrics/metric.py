"""What a metric is: name, type, help, labels; and the labels that many share. The catalogue holds all of them."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Prometheus' types that we use."""

    GAUGE = "gauge"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as it is exposed; `labels` in the order in which values are given."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


SERVER = ("cluster", "server")
DATABASE = (*SERVER, "database")
STATEMENT = (*SERVER, "statement", "database", "user", "kind")
TABLE = (*SERVER, "database", "schema", "table")
INDEX = (*TABLE, "index")
SOURCE = (*SERVER, "source")
