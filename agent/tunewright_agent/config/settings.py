"""The settings themselves: every key with its type, default and meaning. The annotated example file is generated from this."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from tunewright_agent.config.aws import AwsSettings
from tunewright_agent.config.notifications import NotificationSettings
from tunewright_agent.config.secrets import SecretReference
from tunewright_agent.config.tables import Duration, Flag, Size, Table, Whole

SCHEMES = frozenset({"postgresql", "postgres", "mysql", "mariadb"})
"""How addresses of the engines begin; the rooms above know what stands behind each."""


class AgentSettings(Table):
    """The daemon itself."""

    judge_every: Duration = Field(300.0, description="How often the checks judge what was collected.", ge=10)
    window: Duration = Field(3600.0, description="The span of counters that the checks see.", ge=60)
    index_advice_every: Duration = Field(
        3600.0, description="How often the twin is rebuilt and indexes are advised.", ge=60
    )
    plans_every: Duration = Field(300.0, description="How often the slowest statements are explained.", ge=30)
    plans_per_pass: Whole = Field(
        50, description="How many statements are explained in one pass at most.", ge=1, le=500
    )
    drain: Duration = Field(10.0, description="How long SIGTERM waits for work in flight before it is cut.", ge=1)


class LogSettings(Table):
    """The daemon's own log (stderr)."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe line that is written."
    )
    format: Literal["json", "console"] = Field("json", description="`json` for machines, `console` for people.")


class WebSettings(Table):
    """The pages: /metrics, /healthz, /readyz, /findings."""

    address: str = Field(
        "127.0.0.1", description="Address to listen on; 0.0.0.0 opens it to others: then set token_from and TLS."
    )
    port: Whole = Field(9632, description="Port to listen on.", ge=0, le=65535)
    token_from: SecretReference | None = Field(None, description="Bearer token that every request must carry.")
    tls_certificate: Path | None = Field(None, description="PEM certificate chain; with tls_key it turns HTTPS on.")
    tls_key: Path | None = Field(None, description="PEM private key of tls_certificate.")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key are given together or not at all")
        return self


class HistorySettings(Table):
    """What is remembered, and how much room it may take."""

    path: Path = Field(Path("tunewright.db"), description="The SQLite file; its folder is made where it is missing.")
    url: str | None = Field(
        None,
        repr=False,  # a password may stand in it
        description="postgresql://USER@HOST:PORT/DATABASE in place of the file: one memory for several agents.",
    )
    password_from: SecretReference | None = Field(
        None, description="Where the password of url comes from, if not from the URL or ~/.pgpass."
    )
    takeover_after: Duration = Field(
        15.0,
        description="With url: how long an agent may be silent until another that has the same clusters takes over.",
        ge=5,
        le=60,
    )
    max_size: Size = Field(
        2 * 1024**3,
        description="The file's bound: the finest and oldest points go first. With url only where it is written here.",
        ge=16 * 1024**2,
    )
    keep_1m: Duration = Field(86400.0, description="How long points of 1 minute are kept.")
    keep_5m: Duration = Field(7 * 86400.0, description="How long points of 5 minutes are kept.")
    keep_1h: Duration = Field(400 * 86400.0, description="How long points of 1 hour are kept.")

    @field_validator("url")
    @classmethod
    def _is_postgresql(cls, url: str | None) -> str | None:
        wanted = "write postgresql://USER@HOST:PORT/DATABASE"
        if url is None:
            return None
        try:
            parts = urlsplit(url)
            scheme, database = parts.scheme if "://" in url else None, parts.path.strip("/")
        except ValueError:
            scheme, database = None, ""
        if scheme is None:  # never quoted: a password may stand in it
            raise ValueError(f"it is not an address that we can read: {wanted}")
        if scheme not in {"postgresql", "postgres"}:
            raise ValueError(f"'{scheme}' keeps no history of ours: {wanted}")
        if not database:
            raise ValueError(f"it names no database: {wanted}")
        return url

    @model_validator(mode="after")
    def _password_of_something(self) -> Self:
        if self.password_from is not None and self.url is None:
            raise ValueError("password_from is of use with url only")
        return self

    @property
    def bound_bytes(self) -> int | None:
        """`max_size`; None (no bound) where several agents share a store and nobody wrote one."""
        return self.max_size if self.url is None or "max_size" in self.model_fields_set else None


class GovernorSettings(Table):
    """How much the agent may cost the servers it watches."""

    budget_ratio: float = Field(
        0.005, description="Share of a server's time that our own statements may take.", gt=0, le=0.2
    )


class PrivacySettings(Table):
    """What may leave the process."""

    allow_literals: Flag = Field(
        False,
        description="Explain statements with the literals seen in pg_stat_activity; they are still never stored or shown.",
    )
    index_constants: Flag = Field(
        False,
        description="Count the constants that sampled statements have, so that an index may rest on those that recur:"
        " the usual ones are stored in the history and may stand in advised SQL.",
    )


class SourceSettings(Table):
    """One source of one cluster."""

    interval: Duration | None = Field(
        None, description="How often it is read; default: the source's own interval.", ge=0.2
    )
    enabled: Flag = Field(True, description="false: never read; checks that need it say 'not judged'.")


class PriceSettings(Table):
    """Prices besides the list of the release (us-east-1, on demand): other Regions, a discount, an item it lacks."""

    files: tuple[Path, ...] = Field(
        (), description="Lists of other Regions or of a newer day, as `tunewright prices update` writes them."
    )

    items: dict[str, float] = Field(
        {}, description="Dollars by item and its own unit; `tunewright checks cost/io_optimized` names what is missing."
    )

    @field_validator("items")
    @classmethod
    def _none_below_zero(cls, items: dict[str, float]) -> dict[str, float]:
        below = sorted(name for name, dollars in items.items() if dollars < 0)
        if below:
            raise ValueError(f"a price is not below zero: {', '.join(below)}")
        return items


class AlarmSettings(Table):
    """CloudWatch alarms of what [[aws.targets]] name, for `tunewright alarms plan|apply --config FILE`. The daemon makes none by itself."""

    prefix: str = Field("tunewright", description="What their names begin with.", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    topics: tuple[str, ...] = Field(
        (), description="ARNs of SNS topics that are told of ALARM and OK; none: nobody is."
    )
    runbooks: str = Field(
        "docs/aws-alarms.md",
        description="Address of docs/aws-alarms.md as your people reach it: each description links to its section.",
    )
    bands: Flag = Field(True, description="Alarms of anomaly bands too: three times the price of others.")


class CloudWatchSettings(Table):
    """Our own metrics in CloudWatch (needs cloudwatch:PutMetricData): load by wait class, open findings by severity. Billed by AWS."""

    publish: Flag = Field(
        False,
        description="true: put them. About $0.30 a month for each series, 5 for a cluster's findings and some 5 for a server's load;"
        " the log tells the number and the price.",
    )
    namespace: str = Field("Tunewright", description="Their namespace.", pattern=r"^[A-Za-z][A-Za-z0-9_./#-]{0,254}$")
    region: str | None = Field(None, description="Region to put them in; default: that of the environment.")
    every: Duration = Field(60.0, description="How often they are put.", ge=10)


class ClusterSettings(Table):
    """One cluster to watch. Repeat the table for more."""

    name: str = Field(
        description="Your name of it: part of every finding's id.", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
    )
    url: str = Field(
        repr=False,  # a password may stand in it
        description="postgresql://USER@HOST:PORT/DATABASE or mysql://USER@HOST:PORT of one server; never a pooler or a reader endpoint.",
    )
    password_from: SecretReference | None = Field(
        None, description="Where the password comes from, if not from the URL or ~/.pgpass."
    )
    databases: tuple[str, ...] = Field((), description="Databases to watch; empty: all that the role may see.")
    exclude_databases: tuple[str, ...] = Field((), description="Databases never to connect to.")
    connections: Whole = Field(3, description="How many connections we hold at most.", ge=2, le=10)
    statement_timeout: Duration = Field(
        10.0, description="The server ends a statement of ours after this time.", ge=0.5
    )
    log_file: Path | None = Field(None, description="The server's log file, where this agent can read it.")
    slow_log_file: Path | None = Field(
        None,
        description="MySQL's or MariaDB's slow query log, where this agent can read it; log_file is the error log.",
    )
    log_from: str | None = Field(
        None,
        description="In place of log_file, PostgreSQL on RDS or Aurora: rds:INSTANCE@REGION or cloudwatch:GROUP@REGION.",
        pattern=r"^(rds|cloudwatch):[A-Za-z0-9/._#-]{1,512}@[a-z]{2}(-[a-z]+){1,2}-\d$",
    )
    on_database_host: Flag = Field(False, description="true where the agent runs on the database's own machine.")
    allow_functions: tuple[str, ...] = Field(
        (),
        description="User-defined functions (schema.name) that EXPLAIN may evaluate while it plans: only ones without side effects.",
    )
    dollars_per_hour: float | None = Field(
        None, description="What the instance costs: with vcpus, gains are told in money too.", ge=0
    )
    vcpus: float | None = Field(None, description="Processors of the instance.", gt=0)
    sources: dict[str, SourceSettings] = Field(
        {}, description="Settings by source; `tunewright doctor` lists their names."
    )

    @field_validator("url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        try:
            scheme = urlsplit(url).scheme if "://" in url else None
        except ValueError:
            scheme = None
        wanted = "write postgresql://USER@HOST:PORT/DATABASE, or mysql://USER@HOST:PORT"
        if scheme is None:  # never quoted: `host=db password=…` is a mistake that people make
            raise ValueError(f"it is not an address that we can read: {wanted}")
        if scheme not in SCHEMES:
            raise ValueError(f"'{scheme}' is not an engine we read: {wanted}")
        return url


class ReportSettings(Table):
    """The weekly report on schedule: made of the history, and handed over. Off until day is set."""

    day: Literal["never", "daily", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        "never", description="On which day it is made."
    )
    time: str = Field("07:00", description="When it is made.", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    timezone: str = Field("UTC", description='Whose clock, as "Europe/Berlin"; the report itself speaks UTC.')
    since: Duration = Field(7 * 86400.0, description="How long a time it is about.", ge=6 * 3600, le=180 * 86400)
    folder: Path | None = Field(None, description="A folder that gets the files.")
    keep: Whole = Field(60, description="How many files of ours the folder keeps; the oldest go first.", ge=1)
    forms: tuple[Literal["html", "md", "json", "pdf"], ...] = Field(
        ("html",), description="Which files the folder and the bucket get; pdf needs a Chromium on this machine."
    )
    channels: tuple[str, ...] = Field(
        (),
        description="Channels of [notifications] that get it: smtp and ses with the file attached, slack in some lines.",
    )
    bucket: str | None = Field(
        None,
        description="S3 that gets the files: s3://BUCKET/PREFIX.",
        pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$",
    )
    region: str | None = Field(None, description="AWS region of the bucket, where the usual chain does not say it.")

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError('a time zone such as "Europe/Berlin" is wanted') from None
        return value

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if self.day != "never" and self.folder is None and self.bucket is None and not self.channels:
            raise ValueError("day is set, and the report goes nowhere: give folder, bucket or channels")
        return self


class Settings(Table):
    """All of it."""

    agent: AgentSettings = AgentSettings()
    log: LogSettings = LogSettings()
    web: WebSettings = WebSettings()
    history: HistorySettings = HistorySettings()
    report: ReportSettings = ReportSettings()
    governor: GovernorSettings = GovernorSettings()
    privacy: PrivacySettings = PrivacySettings()
    notifications: NotificationSettings = NotificationSettings()
    prices: PriceSettings = PriceSettings()
    aws: AwsSettings = AwsSettings()
    cloudwatch: CloudWatchSettings = CloudWatchSettings()
    alarms: AlarmSettings = AlarmSettings()
    clusters: tuple[ClusterSettings, ...] = Field((), description="The clusters to watch.")
    checks: dict[str, dict[str, float | bool | str]] = Field(
        {}, description="Thresholds by check, and `enabled = false`; `tunewright checks` lists them."
    )

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        names = [cluster.name for cluster in self.clusters]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"clusters: the name '{twice[0]}' is given twice")
        return self

    @model_validator(mode="after")
    def _letters_have_a_box(self) -> Self:
        kinds = {one.name: one.kind for one in self.notifications.channels}
        for name in self.report.channels:
            if kinds.get(name) not in {"smtp", "ses", "slack"}:
                why = "is no channel of [notifications]" if name not in kinds else f"is of kind {kinds[name]}"
                raise ValueError(f"report.channels: '{name}' {why}; smtp, ses and slack take a report")
        return self
