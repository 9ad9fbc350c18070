from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from tests.receivers.payloads import EVENT, LEAST_EVENT, event
from tests.receivers.said import failure, reading, signal
from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.receivers import Unreadable


def test_the_least_event_has_defaults() -> None:
    assert signal("direct", LEAST_EVENT) == Signal(
        key="disk-db1", title="Disk 91% on db1", kind=SignalKind.ALERT, grade=Grade.NONE, occurred_at=None
    )


@pytest.mark.parametrize("body", [EVENT, {"data": EVENT}])
def test_every_member_is_kept(body: Mapping[str, Any]) -> None:
    """Trimmed, in any letter case; the body is the event, or what is under `data`."""
    assert signal("direct", body) == Signal(
        key="disk-db1",
        kind=SignalKind.RECOVERY,
        title="Disk 91% on db1",
        description="Nearly full.",
        grade=Grade.WARNING,
        rule="disk",
        image_url="https://example.com/disk.png",
        resource=Resource(id="db-1", type="database", name="db1"),
        resources=("rack-7", "rack-8", "db1"),
        provider="aws",
        account="123456789012",
        info={
            "a.b": "1",
            "ips": "['192.0.2.17']",
            "up": "True",
            "gone": "None",
            "$x": "y",
            "big": "1180591620717411303424",
        },
        occurred_at=datetime(2026, 3, 4, 8, 15, tzinfo=UTC),
    )


def test_an_event_may_have_data_of_its_own() -> None:
    assert signal("direct", event(data={"event_key": "other", "title": "t"})).key == "disk-db1"


@pytest.mark.parametrize("word", ["ALERT", "RECOVERY", "ERROR", "alert", " Error "])
def test_the_kind_is_a_word_in_any_case(word: str) -> None:
    assert signal("direct", event(event_type=word)).kind == word.strip().upper()


@pytest.mark.parametrize("word", ["CRITICAL", "ERROR", "WARNING", "INFO", "NOT_AVAILABLE", "NONE", "critical", "None"])
def test_the_severity_is_a_word_in_any_case(word: str) -> None:
    assert signal("direct", event(severity=word)).grade == word.upper()


@pytest.mark.parametrize(
    "name",
    [
        "event_type",
        "severity",
        "description",
        "rule",
        "image_url",
        "provider",
        "account",
        "resource",
        "resources",
        "additional_info",
        "occurred_at",
    ],
)
def test_null_is_as_good_as_absent(name: str) -> None:
    assert signal("direct", event(**{name: None})) == signal("direct", LEAST_EVENT)


@pytest.mark.parametrize("name", ["event_key", "account", "provider", "rule"])
@pytest.mark.parametrize(("sent", "text"), [(7, "7"), (7.0, "7"), (7.5, "7.5"), (True, "True"), (0, "0")])
def test_numbers_and_truths_become_text_where_names_are_asked_for(name: str, sent: object, text: str) -> None:
    said = signal("direct", event(**{name: sent}))

    assert {"event_key": said.key, "account": said.account, "provider": said.provider, "rule": said.rule}[name] == text


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        ({"resources": "db1"}, ("db1",)),
        ({"resources": ["a", "b"]}, ("a", "b")),
        ({"resources": ["a"], "resource": {"name": "b"}}, ("a", "b")),
        ({"resources": ["a", "b"], "resource": {"name": "a"}}, ("a", "b")),
        ({"resource": {"name": "b"}}, ("b",)),
        ({"resource": {"resource_id": 7}}, ()),
    ],
)
def test_the_resource_is_named_after_the_others(sent: dict[str, object], names: tuple[str, ...]) -> None:
    assert signal("direct", event(**sent)).resources == names


@pytest.mark.parametrize("resource", [{}, {"name": " "}, {"colour": "red"}])
def test_a_resource_that_says_nothing_is_none(resource: object) -> None:
    assert signal("direct", event(resource=resource)).resource is None


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ("2026-03-04T17:15:00+09:00", datetime(2026, 3, 4, 8, 15, tzinfo=UTC)),
        ("2026-03-04 08:15", datetime(2026, 3, 4, 8, 15, tzinfo=UTC)),
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=UTC)),
        ("20260304t081500z", datetime(2026, 3, 4, 8, 15, tzinfo=UTC)),
        (" ", None),
        (1772612130, None),
        ({}, None),
    ],
)
def test_it_occurred_when_it_says(sent: object, at: datetime | None) -> None:
    assert signal("direct", event(occurred_at=sent)).occurred_at == at


EMPTY: Final[tuple[object, ...]] = ({}, [])
UNREADABLE: Final[list[tuple[dict[str, object], str]]] = [
    *[({name: None}, f"{name}:missing") for name in ("event_key", "title")],
    *[({name: " "}, f"{name}:missing") for name in ("event_key", "title")],
    *[
        ({name: wrong}, f"{name}:not_text")
        for name in ("event_key", "title", "description", "rule", "provider", "account", "image_url")
        for wrong in EMPTY
    ],
    *[
        ({name: wrong}, f"{name}:not_text")
        for name in ("title", "description", "image_url", "event_type", "severity")
        for wrong in (7, True)
    ],
    ({"event_type": "ALARM"}, "event_type:not_known"),
    ({"event_type": ""}, "event_type:not_known"),
    ({"severity": "fatal"}, "severity:not_known"),
    ({"severity": {}}, "severity:not_text"),
    ({"resource": "db1"}, "resource:not_an_object"),
    ({"resource": []}, "resource:not_an_object"),
    ({"resource": {"name": {}}}, "resource.name:not_text"),
    ({"resource": {"resource_id": []}}, "resource.resource_id:not_text"),
    ({"resource": {"resource_type": {"a": 1}}}, "resource.resource_type:not_text"),
    ({"resources": {}}, "resources:not_a_list"),
    ({"resources": 7}, "resources:not_a_list"),
    ({"resources": ["a", 7]}, "resources:not_text"),
    ({"additional_info": []}, "additional_info:not_an_object"),
    ({"additional_info": "a"}, "additional_info:not_an_object"),
    ({"occurred_at": "yesterday"}, "occurred_at:not_a_time"),
    ({"occurred_at": "2026-02-30T00:00:00Z"}, "occurred_at:not_a_time"),
    ({"occurred_at": "0001-01-01T00:00:00+01:00"}, "occurred_at:not_a_time"),
    ({"occurred_at": "9999-12-31T23:59:59-01:00"}, "occurred_at:not_a_time"),
    ({"occurred_at": "12026-03-04T08:15:00Z"}, "occurred_at:not_a_time"),
    ({"occurred_at": "1796100830912"}, "occurred_at:not_a_time"),  # milliseconds, whose digits are also a day of 1796
    ({"occurred_at": "2026-03-04x08:15"}, "occurred_at:not_a_time"),
]


@pytest.mark.parametrize(("sent", "expected"), UNREADABLE)
def test_what_cannot_be_read(sent: dict[str, object], expected: str) -> None:
    assert failure("direct", event(**sent)) == expected


def test_the_reason_names_the_member() -> None:
    said = reading("direct", {"event_key": "disk-db1"}).signals

    assert said == (
        Unreadable(
            failure="title:missing",
            reason="Fail to parse the event. (key = title, reason = This field is required.)",
        ),
    )


def test_a_title_may_be_as_long_as_it_likes() -> None:
    assert len(signal("direct", event(title="a" * 200_000)).title) == 200_000


def test_a_long_key_is_shortened_to_one_of_its_own() -> None:
    """Always the same, and another for another key."""
    longest, long, other = ("k" * 500, "k" * 501, "k" * 500 + "l")

    keys = [signal("direct", event(event_key=key)).key for key in (longest, long, long, other)]

    assert keys[0] == longest
    assert keys[1] == keys[2] != keys[3]
    assert all(key.startswith("k" * 400 + "-") and len(key) <= 500 for key in keys[1:])
