"""Whatever is posted: nothing is raised, and what is read is fit to be stored."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any, Final, cast

from hypothesis import example, given
from hypothesis import strategies as st

from tests.receivers.payloads import (
    ALARM,
    EVENT,
    FIRING,
    FORMULA,
    HEALTH,
    LEGACY,
    SUBSCRIPTION,
    UNIFIED,
    alarm,
    alert,
    group,
    notice,
)
from tests.receivers.said import NOW, reading
from tests.strategies import any_text
from whence.domain.signal import Signal
from whence.receivers import Reading, read

RECEIVERS: Final = ("alertmanager", "grafana", "aws_sns", "direct", "plugin-of-somebody", "")
BODIES: Final[tuple[Mapping[str, Any], ...]] = (
    group(FIRING, alert(status="resolved")),
    UNIFIED,
    LEGACY,
    SUBSCRIPTION,
    notice("words"),
    notice(json.dumps(ALARM)),
    alarm(Trigger=FORMULA),
    HEALTH,
    EVENT,
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
    any_text,
    st.sampled_from(
        ["", " a ", "2026-03-04T08:15:30Z", "0001-01-01T00:00:00+01:00", '{"a": {"b": " c "}}', "resolved"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(any_text, inner, max_size=3)),
    max_leaves=6,
)


def _places(value: object) -> Iterator[tuple[str | int, ...]]:
    """The way to every value inside."""
    match value:
        case dict():
            members: Iterable[tuple[str | int, object]] = cast("dict[str, object]", value).items()
        case list():
            members = enumerate(cast("list[object]", value))
        case _:
            return
    for step, inner in members:
        yield (step,)
        yield from ((step, *way) for way in _places(inner))


def _bent(value: object, way: tuple[str | int, ...], new: object) -> object:
    """The value with another at the end of the way; without it where the way was bent before."""
    if not way:
        return new
    step, *rest = way
    match value:
        case dict():
            members = cast("dict[str | int, object]", value)
            return members | {step: _bent(members.get(step), tuple(rest), new)}
        case list():
            return [
                _bent(inner, tuple(rest), new) if n == step else inner
                for n, inner in enumerate(cast("list[object]", value))
            ]
        case _:
            return value


PLACES: Final = [list(_places(body)) for body in BODIES]
NAMES: Final = sorted({str(step) for ways in PLACES for way in ways for step in way} | {"a", "b", ""})
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(".".join)


@st.composite
def bent(draw: st.DrawFn) -> Mapping[str, Any]:
    """A good body in which up to three values are others."""
    n = draw(st.integers(0, len(BODIES) - 1))
    body: object = BODIES[n]
    for way in draw(st.lists(st.sampled_from(PLACES[n]), max_size=3)):
        body = _bent(body, way, draw(values))
    return cast("dict[str, Any]", body)


bodies = st.one_of(
    bent(),
    st.dictionaries(st.one_of(st.sampled_from(NAMES), any_text), values, max_size=8),
)
templates = st.one_of(any_text, paths.map(lambda path: f"{{{{ {path} }}}}"), st.just("k"))
options_of_direct = st.fixed_dictionaries(
    {},
    optional={
        "load_json": st.lists(paths, max_size=3),
        "confirm_url": paths,
        "convert_data": st.dictionaries(
            st.sampled_from(["event_key", "title", "severity", "occurred_at", "resources", "colour"]), templates
        ).flatmap(
            lambda flat: st.fixed_dictionaries(
                {}, optional={"resource": st.dictionaries(st.sampled_from(["name", "resource_id"]), templates)}
            ).map(lambda nested: {**flat, **nested})
        ),
        "duplicate_event_time": st.integers(),
    },
)


@st.composite
def posted(draw: st.DrawFn) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """A receiver, a body, and options that the receiver has."""
    receiver = draw(st.sampled_from(RECEIVERS))
    options: Mapping[str, Any] = {}
    if receiver == "grafana":
        options = draw(st.fixed_dictionaries({}, optional={"message_root": paths}))
    elif receiver not in {"alertmanager", "aws_sns"}:
        options = draw(options_of_direct)
    return receiver, draw(bodies), options


@given(posted=posted())
@example(posted=("alertmanager", {"alerts": [{"fingerprint": " ", "labels": {"a": 10**400}}]}, {}))
def test_nothing_is_raised(posted: tuple[str, Mapping[str, Any], Mapping[str, Any]]) -> None:
    """A body is read or is unreadable; it stays as it came, and read again it says the same."""
    receiver, body, options = posted
    before = json.dumps(body)

    found = read(receiver, body, options, now=NOW)

    assert json.dumps(body) == before
    assert read(receiver, body, options, now=NOW) == found
    _is_sound(found)


def _is_sound(found: Reading) -> None:
    assert not (found.handshake and found.signals)
    for said in found.signals:
        if isinstance(said, Signal):
            texts = [said.key, said.title, said.description, said.rule, said.image_url, said.provider, said.account]
            texts += [*said.resources, *said.info.values()]
            if said.resource is not None:
                texts += [said.resource.id, said.resource.type, said.resource.name]
                assert not said.resource.name or said.resource.name in said.resources
            assert all(type(text) is str and text == text.strip() for text in texts)
            assert 0 < len(said.key) <= 500
            assert all(said.resources)
            assert said.occurred_at is None or said.occurred_at.tzinfo is UTC


def test_what_is_nested_as_deep_as_may_be_is_printed() -> None:
    deep: object = "x"
    for _ in range(99):
        deep = [{"a": deep}]

    (said,) = reading("direct", {"event_key": "k", "title": "t", "additional_info": {"deep": deep}}).signals

    assert isinstance(said, Signal)
    assert said.info["deep"].startswith("[{'a': [{'a': ")
