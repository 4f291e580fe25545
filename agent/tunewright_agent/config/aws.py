"""The settings of AWS: which clusters of which accounts and regions are watched, and how their members are reached."""

import fnmatch
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from tunewright_agent.config.secrets import SecretReference
from tunewright_agent.config.tables import Duration, Flag, Table, Whole


class AwsTargetSettings(Table):
    """Clusters that AWS runs: one by its identifier, or all of a region, or those with a tag. Repeat the table for more."""

    region: str = Field(description="The region, as in eu-central-1.", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    cluster: str | None = Field(
        None,
        description="Identifier of one cluster, or of an instance that belongs to none; left out: all of the region.",
    )
    tags: dict[str, str] = Field({}, description="Only clusters (and instances of none) that carry all these tags.")
    exclude: tuple[str, ...] = Field((), description="Identifiers to leave out; * stands for any letters.")
    role_arn: str | None = Field(
        None,
        description="A role to assume, for another account.",
        pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+$",
    )
    external_id: str | None = Field(
        None,
        description="The ExternalId that the role's trust policy asks for.",
        min_length=2,
        max_length=1224,
    )
    prefix: str = Field(
        "", description="Put before each identifier to make our name of the cluster.", pattern=r"^[A-Za-z0-9._-]{0,32}$"
    )
    connect: Flag = Field(True, description="Read each member from inside too; false: only what AWS tells.")
    connect_to: tuple[str, ...] = Field(
        (), description="Only these members are read from inside (* stands for any letters); empty: all."
    )
    connect_pausable: Flag = Field(
        False,
        description="Connect to serverless instances that may pause at zero capacity: our connection keeps them from pausing.",
    )
    user: str = Field("tunewright", description="The monitoring role on each member.")
    database: str = Field("postgres", description="The database to connect to first (PostgreSQL).")
    auth: Literal["iam", "password"] = Field(
        "iam", description="How we log in: with a token of IAM authentication, or with password_from."
    )
    password_from: SecretReference | None = Field(
        None, description="Where the password comes from, with auth = password."
    )
    tls: Literal["verify", "require", "off"] | None = Field(
        None,
        description="verify: the server must prove its name (the default with tls_root); require: TLS, whoever answers (the"
        " default without); off: only inside a tunnel. A token for MySQL needs verify.",
    )
    tls_root: Path | None = Field(None, description="RDS's certificate bundle (global-bundle.pem), for tls = verify.")
    connections: Whole = Field(3, description="How many connections we hold to each member at most.", ge=2, le=10)
    addresses: dict[str, str] = Field(
        {}, description="host:port by instance, where a member is reached by another way than its endpoint (a tunnel)."
    )
    log_files: Flag = Field(
        False,
        description="Read the log files (auto_explain's plans, slow log) by the RDS API: `tunewright iam-policy --log-files`."
        " They hold query texts, which are kept in a private folder while they are read.",
    )

    @property
    def tls_mode(self) -> Literal["verify", "require", "off"]:
        """`tls`, or its default."""
        return self.tls or ("verify" if self.tls_root is not None else "require")

    def reaches(self, member: str) -> bool:
        """Whether `connect_to` lets that member be read from inside."""
        return not self.connect_to or any(fnmatch.fnmatchcase(member, pattern) for pattern in self.connect_to)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.cluster is not None and self.tags:
            raise ValueError("give cluster or tags, not both")
        if self.external_id is not None and self.role_arn is None:
            raise ValueError("external_id is of use with role_arn only")
        if self.connect and self.auth == "password" and self.password_from is None:
            raise ValueError('auth = "password" needs password_from')
        if self.tls == "verify" and self.tls_root is None:
            raise ValueError('tls = "verify" needs tls_root')
        return self


class AwsSettings(Table):
    """What AWS runs, and what asking it may cost."""

    targets: tuple[AwsTargetSettings, ...] = Field((), description="The clusters to watch.")
    discover_every: Duration = Field(
        60.0, description="How often clusters and members are looked for: new ones, and those that are gone.", ge=15
    )
