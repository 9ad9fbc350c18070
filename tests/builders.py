"""Values with defaults: a test names what it is about, and nothing else."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

from whence.domain.entity import Draft, Entity
from whence.domain.event import Event, Report, Span
from whence.domain.filter import Filter
from whence.domain.identity import new_id

NOW: Final = datetime.now(UTC).replace(microsecond=0)
EVER: Final = Span(start=NOW - timedelta(days=400), end=NOW + timedelta(days=30))


def ago(**much: float) -> datetime:
    """The instant that long before the tests began: `ago(minutes=5)`."""
    return NOW - timedelta(**much)


def moment(at: datetime = NOW) -> Span:
    """The span of an instant."""
    return Span.moment(at)


def report(**given: Any) -> Report:  # noqa: ANN401  a builder takes what the value does
    """A report that a minute ago something was deployed."""
    defaults: dict[str, Any] = {
        "type": "deploy",
        "title": "v42 is out",
        "source": "ci",
        "dialect": "whence",
        "span": moment(ago(minutes=1)),
    }
    return Report(**{**defaults, **given})


def event(**given: Any) -> Event:  # noqa: ANN401  a builder takes what the value does
    """An accepted event."""
    defaults: dict[str, Any] = {
        "id": new_id(NOW), "type": "deploy", "title": "v42 is out", "source": "ci", "dialect": "whence",
        "span": moment(ago(minutes=1)), "received_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return Event(**{**defaults, **given})


def entity(name: str = "shop", **given: Any) -> Entity:  # noqa: ANN401  a builder takes what the value does
    """A service."""
    number = blake2b(name.encode(), digest_size=8).hexdigest().upper()
    kind = given.get("type", "SERVICE")
    defaults: dict[str, Any] = {
        "id": f"{kind}-{number}", "tag": name, "type": "SERVICE", "name": name, "first_seen": NOW, "last_seen": NOW,
    }  # fmt: skip
    return Entity(**{**defaults, **given})


def draft(name: str = "shop", **given: Any) -> Draft:  # noqa: ANN401  a builder takes what the value does
    """A service to register."""
    return Draft(name=name, **given)


def asked(**given: Any) -> Filter:  # noqa: ANN401  a builder takes what the value does
    """The filter that asks for everything of the account, but for what is given."""
    defaults: dict[str, Any] = {"window": EVER}
    return Filter(**{**defaults, **given})
