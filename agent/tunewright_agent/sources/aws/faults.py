"""botocore's errors as SourceErrors, without its texts: they may quote what was sent. Used by the door."""

from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    TokenRetrievalError,
)

from tunewright_agent.sources.source import Denied, SourceError, Unavailable, Unsupported

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedFault",
        "NotAuthorized",
        "NotAuthorizedException",
        "OptInRequired",
        "UnauthorizedOperation",
    }
)
_INVALID = frozenset(
    {
        "AuthFailure",
        "InvalidClientTokenId",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "IncompleteSignature",
    }
)
_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    TokenRetrievalError,
)
_SILENT = (ConnectTimeoutError, ReadTimeoutError, EndpointConnectionError, HTTPClientError)


class NotFound(SourceError):
    """AWS knows no such thing."""


def code_of(error: ClientError) -> str:
    """AWS's code of the error: `AccessDenied`."""
    return str(error.response.get("Error", {}).get("Code", "unknown"))


def is_expired(error: Exception) -> bool:
    """Whether AWS says that the credentials have expired."""
    return isinstance(error, ClientError) and code_of(error) in EXPIRED


def _answered(error: ClientError, action: str, region: str) -> SourceError:
    code, where = code_of(error), f"{action} in {region}"
    status: Any = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    if code in _DENIED:
        return Denied(f"{where} was refused ({code})", f"allow {action}: `tunewright iam-policy` prints the policy")
    if code in EXPIRED:
        return Unavailable(
            f"{where}: the AWS credentials have expired",
            "renew them; those of an instance profile, a task role or an assumed role renew themselves",
        )
    if code in _INVALID:
        return Denied(f"{where}: AWS does not accept the credentials ({code})", "check the access key, and the clock")
    if code in _THROTTLED:
        return Unavailable(f"{where} was throttled, retries included ({code})")
    if "NotFound" in code:
        return NotFound(f"{where}: AWS knows no such thing ({code})")
    if isinstance(status, int) and status >= 500:
        return Unavailable(f"{where}: AWS failed ({code}, HTTP {status})")
    if code in {"InvalidAction", "UnknownOperationException", "UnsupportedOperation"}:
        return Unsupported(f"{where} is not offered there ({code})")
    return SourceError(f"{where} answered {code}")


def translate(error: ClientError | BotoCoreError, action: str, region: str) -> SourceError:
    """The SourceError for what botocore raised when `action` was asked of `region`."""
    if isinstance(error, ClientError):
        return _answered(error, action, region)
    if isinstance(error, _NO_CREDENTIALS):
        return Denied(
            f"{action}: no AWS credentials could be had ({type(error).__name__})",
            "give the agent a role: an instance profile, a task role, IRSA, or AWS_PROFILE",
        )
    if isinstance(error, NoRegionError):
        return Denied(f"{action}: no region is set", "set `region` of the target, or AWS_REGION")
    if isinstance(error, _SILENT):
        return Unavailable(f"{action}: {region} did not answer ({type(error).__name__})")
    return SourceError(f"{action} in {region}: botocore raised {type(error).__name__}")
