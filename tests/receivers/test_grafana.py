import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.receivers.payloads import LEGACY, SUBSCRIPTION, UNIFIED, legacy, unified
from tests.receivers.said import AT, NOW, failure, hashed, signal
from whence.domain.signal import Grade, Signal, SignalKind


def test_unified_every_member_has_its_source() -> None:
    said = signal("grafana", UNIFIED)

    assert said == Signal(
        key=hashed('{}/{team="shop"}:{alertname="Disk full"}'),
        kind=SignalKind.ALERT,
        title="Disk full",
        description=(
            "**Firing**\n\nValue: B=91\nLabels:\n - alertname = Disk full\n\nThe end\n\nValueString: \n"
            "- [ var='B' labels={host=db1} value=91 ]\n- [ var='C' labels={host=db1} value=1 ]\n\n"
            "- [ var='B' value=95 ]"
        ),
        grade=Grade.ERROR,
        rule="disk",
        image_url="https://grafana.example.com/d/1?viewPanel=2",
        info={"alertname": "Disk full", "grafana_folder": "Shop", "port": "9100", "rulename": "disk"},
        occurred_at=AT,
    )


@pytest.mark.parametrize(
    ("status", "kind", "grade"),
    [
        ("firing", SignalKind.ALERT, Grade.ERROR),
        ("resolved", SignalKind.RECOVERY, Grade.INFO),
        ("pending", SignalKind.ALERT, Grade.NONE),
        (None, SignalKind.ALERT, Grade.NONE),
    ],
)
def test_unified_the_status_says_how_bad_it_is(status: str | None, kind: SignalKind, grade: Grade) -> None:
    said = signal("grafana", unified(status=status))

    assert (said.kind, said.grade) == (kind, grade)


def test_unified_it_was_over_when_the_last_of_its_alerts_ended() -> None:
    began = {"startsAt": AT.isoformat()}
    ends = ["2026-03-04T08:45:30Z", "2026-03-04T08:50:30Z", "2026-03-04T08:40:30Z"]

    over = signal("grafana", unified(status="resolved", alerts=[{**began, "endsAt": end} for end in ends]))

    assert (over.occurred_at, over.ended_at) == (AT, AT + timedelta(minutes=35))
    assert signal("grafana", unified(status="resolved", alerts=[])).ended_at == NOW
    assert signal("grafana", unified(alerts=[{**began, "endsAt": ends[0]}])).ended_at is None


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("[FIRING:1] Disk full", "Disk full"),
        ("[RESOLVED:12] Disk full", "Disk full"),
        ("[RESOLVED] Disk full (Shop)", "Disk full (Shop)"),
        ("[FIRING:2, RESOLVED:1] Disk full (Shop)", "Disk full (Shop)"),
        ("Disk [full]", "Disk [full]"),
        (None, ""),
    ],
)
def test_unified_without_a_name_the_title_is_it(title: str | None, shown: str) -> None:
    assert signal("grafana", unified(title=title, commonLabels={})).title == shown


@pytest.mark.parametrize(
    ("labels", "rule"),
    [({"rulename": "r", "alertname": "a"}, "r"), ({"alertname": "a"}, "a"), ({}, ""), (None, "")],
)
def test_unified_the_rule_has_one_of_two_labels(labels: object, rule: str) -> None:
    assert signal("grafana", unified(commonLabels=labels)).rule == rule


@pytest.mark.parametrize(
    ("message", "values", "description"),
    [
        ("B is [no value] now", "a", "DatasourceNoData"),
        ("m", None, "m"),
        (None, "a, b", "ValueString: \n- a\n- b"),
        (None, None, ""),
        ("a\n\nb\n\n\n\n\nc", None, "a\n\nb\n\nc"),
        ("a\r\n\r\n\r\nb", None, "a\n\nb"),
        ("a\nSource: x\nb\n Silence: y\nOpenSource: z", None, "a\nb\nOpenSource: z"),
    ],
)
def test_unified_the_description(message: str | None, values: str | None, description: str) -> None:
    """Without what the event says elsewhere, and with what was measured."""
    said = signal("grafana", unified(message=message, alerts=[{"valueString": values}]))

    assert said.description == description


@pytest.mark.parametrize("alerts", [None, [], [{}], [{"startsAt": 7}]])
def test_unified_without_a_start_it_is_of_now(alerts: object) -> None:
    assert signal("grafana", unified(alerts=alerts)).occurred_at == NOW


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"groupKey": None}, "groupKey:missing"),
        ({"groupKey": ""}, "groupKey:missing"),
        ({"groupKey": ["a"]}, "groupKey:not_text"),
        ({"commonLabels": "a"}, "commonLabels:not_an_object"),
        ({"alerts": "a"}, "alerts:not_a_list"),
        ({"alerts": ["a"]}, "alerts:not_an_object"),
        ({"alerts": [{"startsAt": "soon"}]}, "startsAt:not_a_time"),
    ],
)
def test_unified_what_cannot_be_read(members: dict[str, object], expected: str) -> None:
    assert failure("grafana", unified(**members)) == expected


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("Message", {"Type": "Notification", "Message": json.dumps(UNIFIED)}),
        ("Message", {"Message": UNIFIED}),
        ("Records.0.Sns.Message", {"Records": [{"Sns": {"Message": json.dumps(UNIFIED)}}]}),
        ("wrap.Message", {"wrap": json.dumps({"Message": json.dumps(UNIFIED)})}),
        ("Message", UNIFIED),
    ],
)
def test_the_payload_is_where_message_root_says(path: str, body: Mapping[str, Any]) -> None:
    """A text on the way that begins with a brace is JSON; where there is nothing, the body itself is the payload."""
    assert signal("grafana", body, message_root=path) == signal("grafana", UNIFIED)


def test_a_message_that_is_no_json_is_a_failure() -> None:
    assert failure("grafana", {"Message": "{oops"}, message_root="Message") == "message_root:not_json"


def test_legacy_every_member_has_its_source() -> None:
    """The ids are hashed as doubles, as in the keys of installations that are older."""
    said = signal("grafana", LEGACY)

    assert said == Signal(
        key=hashed("58.0:5.0:93.0:1.0"),
        kind=SignalKind.ALERT,
        title="errors",
        description="Too many errors.",
        grade=Grade.ERROR,
        rule="errors",
        image_url="https://grafana.example.com/image.png",
        info={
            "dashboard_id": "58",
            "panel_id": "5",
            "org_id": "1",
            "rule_url": "https://grafana.example.com/d/58",
            "eval_matches": '[{"value": 100, "metric": "Höhe", "tags": null}]',
        },
        occurred_at=NOW,
    )


def test_legacy_doubles_are_the_same_ids() -> None:
    doubles = legacy(dashboardId=58.0, panelId=5.0, ruleId=93.0, orgId=1.0)

    assert signal("grafana", doubles) == signal("grafana", LEGACY)


@pytest.mark.parametrize(
    ("state", "kind", "grade"),
    [
        ("alerting", SignalKind.ALERT, Grade.ERROR),
        ("ok", SignalKind.RECOVERY, Grade.INFO),
        ("no_data", SignalKind.ALERT, Grade.NONE),
        ("paused", SignalKind.ALERT, Grade.NONE),
        (None, SignalKind.ALERT, Grade.NONE),
    ],
)
def test_legacy_the_state_says_how_bad_it_is(state: str | None, kind: SignalKind, grade: Grade) -> None:
    said = signal("grafana", legacy(state=state))

    assert (said.kind, said.grade) == (kind, grade)


@pytest.mark.parametrize("title", ["[Alerting] errors", "[OK] errors", "[No Data] errors", "errors"])
def test_legacy_the_title_is_without_the_state(title: str) -> None:
    assert signal("grafana", legacy(title=title)).title == "errors"


def test_legacy_only_what_is_there_is_told() -> None:
    said = signal("grafana", legacy(ruleUrl=None, evalMatches=None, message=None, imageUrl=None))

    assert set(said.info) == {"dashboard_id", "panel_id", "org_id"}
    assert (said.description, said.image_url) == ("", "")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"panelId": None}, "panelId:missing"),
        ({"ruleId": None}, "ruleId:missing"),
        ({"ruleId": []}, "ruleId:not_text"),
        ({"ruleId": 10**400}, "ruleId:not_a_number"),
        ({"ruleName": {}}, "ruleName:not_text"),
    ],
)
def test_legacy_what_cannot_be_read(members: dict[str, object], expected: str) -> None:
    assert failure("grafana", legacy(**members)) == expected


def test_no_dashboard_is_no_legacy_alert() -> None:
    assert failure("grafana", legacy(dashboardId=0)) == "groupKey:missing"


def test_a_notice_of_sns_is_an_alert_that_shows_it() -> None:
    said = signal("grafana", SUBSCRIPTION)

    assert said == Signal(
        key=hashed("arn:aws:sns:ap-northeast-2:123456789012:grafana"),
        kind=SignalKind.ALERT,
        title="SubscriptionConfirmation",
        description="You have chosen to subscribe.",
        grade=Grade.INFO,
        image_url="https://sns.ap-northeast-2.amazonaws.com/?Action=ConfirmSubscription",
        info=dict(SUBSCRIPTION),
        occurred_at=AT,
    )


def test_what_is_no_notice_either_cannot_be_read() -> None:
    assert failure("grafana", {"title": "x"}) == "TopicArn:missing"
