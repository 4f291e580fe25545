"""The tables of the history. Times are UTC seconds since 1970; payloads are JSON of history.codec, compressed by zlib."""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

VERSION = 1
"""Raised with every change of the tables; an older file is migrated at start."""

metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))

deltas = Table(
    "deltas",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cluster", String, nullable=False),
    Column("instance", String, nullable=False),
    Column("section", String, nullable=False),
    Column("resolution", Integer, nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False, index=True),
    Column("payload", LargeBinary, nullable=False),
    UniqueConstraint("cluster", "instance", "section", "resolution", "start"),
)
latest = Table(
    "latest",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("instance", String, primary_key=True),
    Column("section", String, primary_key=True),
    Column("server", String, nullable=False),
    Column("taken_at", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
texts = Table(
    "texts",
    metadata,
    Column("statement", String, primary_key=True),
    Column("text", String, nullable=False),
    Column("last_seen", Float, nullable=False),
)
plans = Table(
    "plans",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("database", String, primary_key=True),
    Column("statement", String, primary_key=True),
    Column("origin", String, primary_key=True),
    Column("shape", String, primary_key=True),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cluster", String, nullable=False),
    Column("instance", String, nullable=False),
    Column("at", Float, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("detail", String, nullable=False),
    UniqueConstraint("cluster", "instance", "at", "kind", "subject"),
)
findings = Table(
    "findings",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("check", String, nullable=False),
    Column("database", String),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("resolved_at", Float),
)
cloud_series = Table(
    "cloud_series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cluster", String, nullable=False),
    Column("metric", String, nullable=False),
    Column("dimension", String, nullable=False),
    Column("resource", String, nullable=False),
    Column("statistic", String, nullable=False),
    Column("period", Integer, nullable=False),
    UniqueConstraint("cluster", "metric", "dimension", "resource", "statistic", "period"),
)
cloud_points = Table(
    "cloud_points",
    metadata,
    Column("series", Integer, nullable=False),
    Column("at", Float, nullable=False, index=True),
    Column("value", Float, nullable=False),
    UniqueConstraint("series", "at"),
)
finding_texts = Table(
    "finding_texts",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("severity", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("summary", String, nullable=False),
)
judgements = Table(
    "judgements",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("instance", String, primary_key=True),
    Column("taken_at", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
recommendations = Table(
    "recommendations",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("first_seen", Float, nullable=False),
    Column("last_seen", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
ledger = Table(
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cluster", String, nullable=False),
    Column("recommendation", String, nullable=False, index=True),
    Column("state", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("until", Float),
)
report_sendings = Table(
    "report_sendings",
    metadata,
    Column("due", Float, primary_key=True),
    Column("place", String, primary_key=True),
    Column("at", Float, nullable=False),
)
catalogues = Table(
    "catalogues",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("instance", String, primary_key=True),
    Column("at", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
changes = Table(
    "changes",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("instance", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
effects = Table(
    "effects",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cluster", String, nullable=False),
    Column("change", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
Index("ledger_by_cluster", ledger.c.cluster)
Index("effects_by_cluster", effects.c.cluster)
leases = Table(
    "leases",
    metadata,
    Column("cluster", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("token", Integer, nullable=False),
    Column("since", Float, nullable=False),
    Column("expires", Float, nullable=False),
)
agents = Table(  # those that share the store, and what each would act for
    "agents",
    metadata,
    Column("holder", String, primary_key=True),
    Column("wanted", Text, nullable=False),
    Column("since", Float, nullable=False),
    Column("expires", Float, nullable=False),
)
AGEING = (
    (deltas, deltas.c.end),
    (cloud_points, cloud_points.c.at),
    (events, events.c.at),
    (plans, plans.c.last_seen),
    (texts, texts.c.last_seen),
)
"""What is kept as long as the coarsest points, and the column that tells its age."""
