"""Which entities the query of a request means. Source: DESK contract 4.1 and 5.4."""

from datetime import datetime

from starlette.requests import Request

from whence.catalog import Catalog
from whence.dialects.desk import naming, query, selector, times
from whence.dialects.desk.errors import NOT_NULL
from whence.domain.access import Principal
from whence.domain.entity_test import AllOf, Comparison, EntityTest, FirstSeen, LastSeen
from whence.domain.errors import Invalid


def required(request: Request) -> str:
    """The text of `entitySelector`.

    Raises:
        Invalid: there is none.
    """
    if (text := query.text(request, selector.PATH)) is None:
        raise query.fault(selector.PATH, NOT_NULL)
    return text


async def meant(catalog: Catalog, by: Principal, text: str, *, now: datetime) -> EntityTest:
    """Which entities the selector of a query means. Raises as `parsed`."""
    return await naming.resolved(catalog, by, parsed(text, now=now))


def parsed(text: str, *, now: datetime) -> EntityTest:
    """What the selector of a query says. Raises as `selector.parse`, of the query."""
    try:
        return selector.parse(text, now=now)
    except Invalid as refusal:
        raise query.fault(selector.PATH, refusal.violations[0].message) from None


def instant(request: Request, name: str, *, now: datetime) -> datetime | None:
    """The instant that a parameter means; None when it is absent.

    Raises:
        Invalid: it means none.
    """
    text = query.text(request, name)
    if text is None:
        return None
    if (at := times.of_text(text, now=now)) is None:
        raise query.fault(name, f"'{text}' is no time: milliseconds, ISO 8601 or an expression such as now-2h is")
    return at


def there(test: EntityTest, start: datetime | None, end: datetime | None) -> EntityTest:
    """Those of the entities that were there at some time from `start` to `end`."""
    tests: list[EntityTest] = [test]
    if start is not None:
        tests.append(LastSeen(start))
    if end is not None:
        tests.append(FirstSeen(Comparison.AT_OR_BEFORE, end))
    return AllOf(tuple(tests))
