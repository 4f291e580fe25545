"""Secrets from AWS Secrets Manager: moto behind real boto3."""

import boto3
import pytest
from moto import mock_aws

from tunewright_agent.config.secrets import SecretError, SecretReference


@pytest.fixture(autouse=True)
def _region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@mock_aws
def test_a_secret_is_read_as_text_or_as_the_password_of_json() -> None:
    client = boto3.client("secretsmanager")
    client.create_secret(Name="plain", SecretString="swordfish")
    client.create_secret(Name="json", SecretString='{"username": "tunewright", "password": "trustno1"}')
    client.create_secret(Name="other", SecretString='{"token": "x"}')
    assert SecretReference(aws_secret="plain").resolve() == "swordfish"
    assert SecretReference(aws_secret="json").resolve() == "trustno1"
    with pytest.raises(SecretError, match="without the key 'password'"):
        SecretReference(aws_secret="other").resolve()


@mock_aws
def test_a_missing_secret_is_named_with_the_mend() -> None:
    with pytest.raises(SecretError, match=r"ResourceNotFoundException.*GetSecretValue"):
        SecretReference(aws_secret="none").resolve()
