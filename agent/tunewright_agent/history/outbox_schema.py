"""The tables of the outbox file. Times are UTC seconds since 1970; payloads are JSON of history.codec.

A file of its own: what people must be told survives a history that is damaged or full, and the history's bound does not count it.
In a shared store they stand beside the history's; there `cluster` says whose agent tells and sends ("" in a file: its owner does).
"""

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, MetaData, String, Table

from tunewright_agent.history import schema

metadata = MetaData()
meta = schema.meta.to_metadata(metadata)

alerts = Table(
    "alerts",
    metadata,
    Column("key", String, primary_key=True),
    Column("lane", String, nullable=False),
    Column("cluster", String, nullable=False),
    Column("instance", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("missing_since", Float),
    Column("payload", LargeBinary, nullable=False),
)
Index("alerts_by_cluster", alerts.c.cluster)
told = Table(
    "told",
    metadata,
    Column("channel", String, primary_key=True),
    Column("group", String, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("at", Float),
    Column("payload", LargeBinary, nullable=False),
    Column("cluster", String, nullable=False, server_default=""),
)
Index("told_by_cluster", told.c.cluster)
messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("channel", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("event", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("reason", String),
    Column("payload", LargeBinary, nullable=False),
    Column("cluster", String, nullable=False, server_default=""),
)
Index("messages_by_state", messages.c.state, messages.c.channel)
silences = Table(
    "silences",
    metadata,
    Column("id", String, primary_key=True),
    Column("starts", Float, nullable=False),
    Column("ends", Float, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)
