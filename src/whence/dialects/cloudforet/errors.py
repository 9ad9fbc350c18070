"""How this dialect says no: one code, one message and one status, the same over gRPC and REST.

Source: Cloudforet contract 13.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from grpc import StatusCode

from whence.domain import errors
from whence.domain.errors import Doubt, Refusal


class Code(Enum):
    """Every code, with the status of a call that ends with it."""

    REQUIRED_PARAMETER = "ERROR_REQUIRED_PARAMETER", StatusCode.INVALID_ARGUMENT
    INVALID_PARAMETER = "ERROR_INVALID_PARAMETER", StatusCode.INVALID_ARGUMENT
    INVALID_PARAMETER_TYPE = "ERROR_INVALID_PARAMETER_TYPE", StatusCode.INVALID_ARGUMENT
    OPERATOR_VALUE_TYPE = "ERROR_OPERATOR_VALUE_TYPE", StatusCode.INVALID_ARGUMENT
    OPERATOR_LIST_VALUE_TYPE = "ERROR_OPERATOR_LIST_VALUE_TYPE", StatusCode.INVALID_ARGUMENT
    OPERATOR_DICT_VALUE_TYPE = "ERROR_OPERATOR_DICT_VALUE_TYPE", StatusCode.INVALID_ARGUMENT
    OPERATOR_BOOLEAN_TYPE = "ERROR_OPERATOR_BOOLEAN_TYPE", StatusCode.INVALID_ARGUMENT
    NOT_SUPPORTED_OPTION = "ERROR_NOT_SUPPORTED_OPTION", StatusCode.INVALID_ARGUMENT
    WEBHOOK_STATE_DISABLED = "ERROR_WEBHOOK_STATE_DISABLED", StatusCode.INVALID_ARGUMENT
    ALERT_FEATURE_IS_NOT_ACTIVATED = "ERROR_ALERT_FEATURE_IS_NOT_ACTIVATED", StatusCode.INVALID_ARGUMENT
    INVALID_ESCALATION_POLICY = "ERROR_INVALID_ESCALATION_POLICY", StatusCode.INVALID_ARGUMENT
    DB_QUERY = "ERROR_DB_QUERY", StatusCode.INVALID_ARGUMENT
    UNREADABLE = "ERROR_UNKNOWN", StatusCode.INVALID_ARGUMENT
    UNKNOWN = "ERROR_UNKNOWN", StatusCode.INTERNAL
    NOT_FOUND = "ERROR_NOT_FOUND", StatusCode.NOT_FOUND
    AUTHENTICATE_FAILURE = "ERROR_AUTHENTICATE_FAILURE", StatusCode.UNAUTHENTICATED
    PERMISSION_DENIED = "ERROR_PERMISSION_DENIED", StatusCode.PERMISSION_DENIED
    SAVE_UNIQUE_VALUES = "ERROR_SAVE_UNIQUE_VALUES", StatusCode.ALREADY_EXISTS
    UNSUPPORTED_API = "ERROR_UNSUPPORTED_API", StatusCode.NOT_FOUND
    TOO_LARGE = "ERROR_UNKNOWN", StatusCode.RESOURCE_EXHAUSTED
    TOO_MANY_REQUESTS = "ERROR_TOO_MANY_REQUESTS", StatusCode.RESOURCE_EXHAUSTED
    UNAVAILABLE = "ERROR_UNKNOWN", StatusCode.UNAVAILABLE
    NOT_IMPLEMENTED = "ERROR_NOT_IMPLEMENTED", StatusCode.UNIMPLEMENTED


class Fault(Exception):  # noqa: N818  the vendor's code says that it is an error
    """A call that ends with an error. `retry_after`: seconds after which the same may be done, where it may."""

    def __init__(self, code: Code, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{code.value[0]}: {message}")
        self.code = code
        self.message = message
        self.retry_after = retry_after

    @property
    def name(self) -> str:
        """The code as the wire spells it."""
        return self.code.value[0]

    @property
    def status(self) -> StatusCode:
        """The status of the call."""
        return self.code.value[1]


def required(key: str) -> Fault:
    """The fault of a parameter that is not there."""
    return Fault(Code.REQUIRED_PARAMETER, f"Required parameter. (key = {key})")


def invalid(key: str, reason: str) -> Fault:
    """The fault of a parameter whose value means nothing."""
    return Fault(Code.INVALID_PARAMETER, f"Parameter is invalid. (key = {key}, reason = {reason})")


def wrong_type(key: str, expected: str) -> Fault:
    """The fault of a parameter of another type than `expected`, as Python calls it."""
    return Fault(Code.INVALID_PARAMETER_TYPE, f"Parameter type is invalid. (key = {key}, type = {expected})")


def bad_query(reason: str) -> Fault:
    """The fault of a query that cannot be asked."""
    return Fault(Code.DB_QUERY, f"Database query failed. (reason = {reason})")


def fault(refusal: Refusal) -> Fault:
    """What the house refuses, in the words of this dialect."""
    make = _FAULTS[type(refusal)]
    return make(refusal)


def _unauthenticated(refusal: Refusal) -> Fault:
    missing = isinstance(refusal, errors.Unauthenticated) and refusal.doubt is Doubt.MISSING
    message = "empty token provided." if missing else "Token is invalid or expired."
    return Fault(Code.AUTHENTICATE_FAILURE, f"Authenticate failure. (message = {message})")


def _invalid(refusal: Refusal) -> Fault:
    """The first violation has the path; where there are others, all are in the reason."""
    violations = refusal.violations if isinstance(refusal, errors.Invalid) else ()
    path = next((violation.path for violation in violations if violation.path), "body")
    return invalid(path, violations[0].message if len(violations) == 1 else str(refusal))


def _pushed_back(refusal: Refusal) -> Fault:
    retry_after = refusal.retry_after if isinstance(refusal, errors.Pushback) else 1
    if isinstance(refusal, errors.TooMany):
        return Fault(
            Code.TOO_MANY_REQUESTS, f"Too many requests. (retry_after = {retry_after})", retry_after=retry_after
        )
    return Fault(Code.UNAVAILABLE, str(refusal), retry_after=retry_after)


_FAULTS: Final[Mapping[type[Refusal], Callable[[Refusal], Fault]]] = {
    errors.Invalid: _invalid,
    errors.NotFound: lambda refusal: Fault(
        Code.NOT_FOUND, f"Resource cannot be found or access is denied. ({refusal})"
    ),
    errors.Unauthenticated: _unauthenticated,
    errors.Forbidden: lambda _: Fault(Code.PERMISSION_DENIED, "Permission denied."),
    errors.Conflict: lambda refusal: Fault(Code.SAVE_UNIQUE_VALUES, str(refusal)),
    errors.TooLarge: lambda refusal: Fault(Code.TOO_LARGE, str(refusal)),
    errors.Unsupported: lambda refusal: Fault(Code.UNREADABLE, str(refusal)),
    errors.TooMany: _pushed_back,
    errors.Unavailable: _pushed_back,
}
