"""Where a secret comes from: an environment variable, a file, or AWS Secrets Manager. Resolved each time it is needed, never kept."""

import json
import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

AWS_DEADLINE_SECONDS = 5


class SecretError(Exception):
    """A secret could not be had; the message names where it was looked for, never what was found."""


class SecretReference(BaseModel):
    """Where one secret stands; exactly one of the three."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    env: str | None = Field(None, description="Name of an environment variable that holds the secret.")
    file: Path | None = Field(None, description="A file whose first line is the secret.")
    aws_secret: str | None = Field(
        None, description="Name or ARN in AWS Secrets Manager; of a JSON secret the key `password` is taken."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in ("env", "file", "aws_secret") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of env, file and aws_secret")
        return self

    def resolve(self) -> str:
        """The secret, read now: a rotated one is found without a restart. Raises SecretError."""
        if self.env is not None:
            value = os.environ.get(self.env)
            if value is None:
                raise SecretError(f"the environment variable {self.env} is not set")
            return _not_empty(value, f"the environment variable {self.env}")
        if self.file is not None:
            try:
                lines = self.file.read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
                raise SecretError(
                    f"the secret file {self.file} cannot be read: {reason}"
                ) from None  # it may hold the secret
            return _not_empty(lines[0] if lines else "", f"the first line of the secret file {self.file}")
        return _from_aws(self.aws_secret or "")


def _not_empty(value: str, where: str) -> str:
    """An empty password or token would be taken for none."""
    if not value:
        raise SecretError(f"{where} is empty")
    return value


def _from_aws(name: str) -> str:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(
        connect_timeout=AWS_DEADLINE_SECONDS,
        read_timeout=AWS_DEADLINE_SECONDS,
        retries={"mode": "standard", "max_attempts": 2},
    )
    try:
        text = boto3.client("secretsmanager", config=config).get_secret_value(SecretId=name)["SecretString"]
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise SecretError(
            f"AWS Secrets Manager refused {name}: {code} (needs secretsmanager:GetSecretValue on it)"
        ) from error
    except (BotoCoreError, KeyError) as error:
        raise SecretError(f"AWS Secrets Manager gave no text for {name}: {type(error).__name__}") from error
    try:
        decoded = json.loads(text)
    except ValueError:
        return _not_empty(str(text), f"the AWS secret {name}")
    if isinstance(decoded, dict):
        if "password" not in decoded:
            raise SecretError(f"the AWS secret {name} is JSON without the key 'password'")
        return _not_empty(str(decoded["password"]), f"the password of the AWS secret {name}")
    return _not_empty(str(text), f"the AWS secret {name}")
