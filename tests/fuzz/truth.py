"""Whether an answer is what the OpenAPI document says, where a document can say it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import schemathesis
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks

_LONGEST_HEAD: Final = 60_000  # bytes: the HTTP parser refuses what is over 64 KiB before a dialect sees it

# What no JSON schema can express. Good data may be refused with these faults, and with no others.
_UNSAYABLE: Final[Mapping[str, str]] = {
    r"is not one that this server gave|belongs to another list": "a cursor is signed",
    r"is not that of the cursor": "nor can a schema look into one",
    r"is before from|must not be after the end of the window": "the order of two times",
    r"ends before it starts|must not be before": "the same",
    r"must not be older than \d+ days|must be at most 7 days ahead|must be in the future": "depends on today",
    r"no entity has this id, alias or tag|matches no entity": "depends on what is stored",
    r"^must be from 1 minute to 7 days": "how long a duration is, in whatever units",
    r"must be after starts_at|must be at most \d+ days? after starts_at": "the order of two times, and their distance",
    r"must be from 1970 to 2199": "a time that is given as text has no bounds in a schema",
    r"must be a name of the IANA time zone database": "there are hundreds, and some each year",
    r"is only for what recurs": "a field that goes with some values of another",
    r"belongs to another entity": "the same",
    r"^must be \w+- and 16 upper-case hexadecimal digits": "an id begins with the type that stands beside it",
    r"there is no such dialect|has no options|^\w+: ": "what a dialect's options mean is the dialect's to say",
    r"must not stand beside": "scope, entities and match are one choice of three; a problem ends once",
    r"is of a problem only": "a field that only one kind has",
    r"must be the name of the account": "a parameter that repeats the path",
    r"cannot be used together with": "a choice of two",
    r"must have at most 6 dots": "in the name of a parameter",
    r"must not hold a NUL|must not have a NUL|must be valid Unicode": "generators ignore the pattern of a key",
    r"must be a number that a double can hold": "a JSON number has no bound",
}


def check(case: schemathesis.Case[Any], url: str, headers: Mapping[str, str]) -> None:
    """Ask, and run all checks on the answer.

    Raises:
        FailureGroup: the document is not true.
    """
    # A case without the token's header means to have none.
    named: set[str] = {str(name) for name in case.headers}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  partly typed
    sent = {} if _is_negative(case) and not headers.keys() & named else dict(headers)
    answer = case.call(base_url=url, headers=sent)
    if len(answer.request.url or "") > _LONGEST_HEAD:
        return
    excluded: list[Any] = []
    faults = list(_faults(answer))
    if faults and all(any(re.search(known, fault) for known in _UNSAYABLE) for fault in faults):
        excluded.append(checks.positive_data_acceptance)  # pyright: ignore[reportUnknownMemberType]  partly typed
    if answer.status_code == 413 or "x-whence-warning" in answer.headers or _rejects_an_item(answer):
        # Too large is a refusal, too; what was tolerated is told.
        excluded.append(checks.negative_data_rejection)  # pyright: ignore[reportUnknownMemberType]  partly typed
    case.validate_response(  # pyright: ignore[reportUnknownMemberType]  werkzeug's answers, which we never see
        answer, headers=sent, excluded_checks=excluded, transport_kwargs={"base_url": url, "headers": sent}
    )


def _is_negative(case: schemathesis.Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_negative


def _rejects_an_item(answer: Response) -> bool:
    """A bad item of a batch never spoils its neighbours: the answer is good, and says which is not."""
    return answer.status_code == 200 and b'"rejected":' in answer.content and answer.json()["rejected"] > 0


def _faults(answer: Response) -> Iterator[str]:
    if answer.status_code != 400:
        return
    error: dict[str, Any] = answer.json()["error"]
    faults: list[dict[str, str]] = error.get("violations") or error.get("fieldErrors") or []
    yield from (fault["message"] for fault in faults)
