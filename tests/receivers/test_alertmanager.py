from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.receivers.payloads import FIRING, alert, group, labelled
from tests.receivers.said import AT, NOW, failure, reading, signal
from whence.domain.signal import Grade, Resource, Signal, SignalKind
from whence.receivers import Unreadable


def test_every_member_has_its_source() -> None:
    said = signal("alertmanager", group(FIRING))

    assert said == Signal(
        key="0a1b2c3d4e5f6071",
        kind=SignalKind.ALERT,
        title="p99 over 2 s",
        description="The shop answers slowly.",
        grade=Grade.CRITICAL,
        rule="slo",
        resource=Resource(type="instance", name="10.0.0.7:9090"),
        resources=("10.0.0.7:9090",),
        occurred_at=AT,
        info={
            "runbook_url": "https://runbooks.example.com/latency",
            "generator_url": "https://prometheus.example.com/graph?g0.expr=x",
            "ends_at": "0001-01-01T00:00:00Z",
            "alertname": "HighLatency",
            "instance": "10.0.0.7:9090",
            "job": "shop",
            "severity": "critical",
            "rule_group": "slo",
        },
    )


def test_every_alert_is_a_signal() -> None:
    """In the order of the body; a resolved one keeps its label's severity."""
    resolved = alert(status="resolved", fingerprint="ffff")

    said = reading("alertmanager", group(FIRING, resolved)).signals

    assert [(one.key, one.kind, one.grade) for one in said if isinstance(one, Signal)] == [
        ("0a1b2c3d4e5f6071", SignalKind.ALERT, Grade.CRITICAL),
        ("ffff", SignalKind.RECOVERY, Grade.CRITICAL),
    ]


@pytest.mark.parametrize(
    ("severity", "grade"),
    [
        ("critical", Grade.CRITICAL),
        ("Critical", Grade.CRITICAL),
        ("ERROR", Grade.ERROR),
        ("warning", Grade.WARNING),
        ("info", Grade.INFO),
        ("page", Grade.INFO),
        ("", Grade.INFO),
        (3, Grade.INFO),
        (None, Grade.INFO),
    ],
)
def test_the_severity_is_the_label_in_any_case(severity: object, grade: Grade) -> None:
    assert signal("alertmanager", labelled(alertname="a", severity=severity)).grade is grade


@pytest.mark.parametrize(
    ("annotations", "labels", "title"),
    [
        ({"summary": " s "}, {"alertname": "a"}, "s"),
        ({"summary": " "}, {"alertname": "a"}, "a"),
        ({}, {"alertname": "a"}, "a"),
        (None, {"alertname": "a"}, "a"),
        ({}, {"alertname": ""}, "no title"),
        ({}, {}, "no title"),
    ],
)
def test_the_title_is_the_first_that_is_not_empty(annotations: object, labels: object, title: str) -> None:
    assert signal("alertmanager", group(alert(annotations=annotations, labels=labels))).title == title


def test_without_a_description_it_says_so() -> None:
    assert signal("alertmanager", group(alert(annotations={}))).description == "no description"


@pytest.mark.parametrize(
    ("labels", "resource"),
    [
        ({"prometheus": "p", "alertname": "a"}, Resource(type="alertname", name="a")),
        ({"job": "j", "pod": "p", "container": "c"}, Resource(type="pod", name="p")),
        ({"instance": "i", "grpc_method": "m"}, Resource(type="grpc_method", name="m")),
        ({"instance": "i", "resource": "r"}, Resource(type="resource", name="r")),
        ({"instance": "", "namespace": "n"}, Resource(type="namespace", name="n")),
        ({"team": "t"}, None),
    ],
)
def test_the_resource_is_the_first_label_of_a_list(labels: Mapping[str, str], resource: Resource | None) -> None:
    said = signal("alertmanager", labelled(**labels))

    assert said.resource == resource
    assert said.resources == (() if resource is None else (resource.name,))


def test_labels_win_over_what_else_is_told() -> None:
    said = signal("alertmanager", labelled(ends_at="never", port=8080.0, up=True, ips=["192.0.2.17"], gone=None))

    assert said.info["ends_at"] == "never"
    assert (said.info["port"], said.info["up"]) == ("8080", "True")
    assert (said.info["ips"], said.info["gone"]) == ("['192.0.2.17']", "None")


@pytest.mark.parametrize("fingerprint", [None, "", "  "])
def test_without_a_fingerprint_the_labels_are_the_key(fingerprint: str | None) -> None:
    """In whatever order they come; other labels are another key."""
    one, same, other = (
        signal("alertmanager", group(alert(fingerprint=fingerprint, labels=labels))).key
        for labels in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}, {"a": "2", "b": "1"})
    )

    assert one == same != other


@pytest.mark.parametrize(
    ("starts_at", "at"),
    [
        ("2026-03-04T17:15:30+09:00", AT),
        ("2026-03-04T08:15:30.120456789Z", AT.replace(microsecond=120456)),
        (None, NOW),
        ("", NOW),
        (1772612130, NOW),
        ("0001-01-01T00:00:00Z", NOW),
    ],
)
def test_it_occurred_when_it_started(starts_at: object, at: datetime) -> None:
    """A time that nobody set is none; Go writes it as the first one of the calendar."""
    assert signal("alertmanager", group(alert(startsAt=starts_at))).occurred_at == at


@pytest.mark.parametrize(
    ("ends_at", "at"),
    [
        ("2026-03-04T17:45:30+09:00", AT + timedelta(minutes=30)),
        ("2026-03-04T09:00:01Z", NOW),
        ("0001-01-01T00:00:00Z", NOW),
        ("soon", NOW),
        (None, NOW),
    ],
)
def test_it_was_over_when_it_ended(ends_at: object, at: datetime) -> None:
    """Though a recovery still occurred when it all started; what is over is so by now."""
    over = signal("alertmanager", group(alert(status="resolved", endsAt=ends_at)))

    assert (over.occurred_at, over.ended_at) == (AT, at)


@pytest.mark.parametrize("body", [{}, {"alerts": []}, {"alerts": None}])
def test_no_alerts_are_no_signals(body: Mapping[str, Any]) -> None:
    assert reading("alertmanager", body).signals == ()


def test_a_bad_alert_spoils_no_other() -> None:
    said = reading(
        "alertmanager",
        group(
            alert(startsAt="yesterday"),
            FIRING,
            "x",
            alert(labels=["a"]),
            alert(fingerprint={}),
            alert(fingerprint=None, labels=None),
            alert(labels={"rule_group": {}}),
        ),
    ).signals

    assert [one.failure if isinstance(one, Unreadable) else one.key for one in said] == [
        "startsAt:not_a_time",
        "0a1b2c3d4e5f6071",
        "alerts:not_an_object",
        "labels:not_an_object",
        "fingerprint:not_text",
        "fingerprint:missing",
        "rule_group:not_text",
    ]


def test_alerts_that_are_no_list_are_one_failure() -> None:
    assert failure("alertmanager", {"alerts": {"fingerprint": "a"}}) == "alerts:not_a_list"


def test_there_are_ten_thousand_alerts_at_most() -> None:
    assert len(reading("alertmanager", group(*[FIRING] * 10_000)).signals) == 10_000
    assert failure("alertmanager", group(*[FIRING] * 10_001)) == "alerts:too_many"
