"""[5.3] [6.14] [6.15] What a sender wants of its event goes to the alert, from both versions of the API."""

from collections.abc import Mapping
from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk.handling import NEWER_NAMES, handling
from whence.dialects.desk.nearest import WARNING
from whence.dialects.desk.tests.pushing import INFORMATION, ORDERS, PROBLEMS, message, pushed
from whence.dialects.desk.vocabulary import EVENT_TYPES
from whence.domain.alert import AlertFilter
from whence.domain.event import Handling

ALONE, NO_CAUSE, NO_PROBLEM, ALWAYS = Handling.ALONE, Handling.NO_CAUSE, Handling.NO_PROBLEM, Handling.ALWAYS
MERGE = "dt.event.allow_davis_merge"
NONE = set[Handling]()
TABLE: list[tuple[Mapping[str, object], set[Handling]]] = [
    ({}, NONE),
    ({MERGE: "false"}, {ALONE}),
    ({MERGE: "true"}, NONE),
    ({"dt.davis.is_merging_allowed": "false"}, {ALONE}),
    ({"dt.davis.is_merging_allowed": "false", MERGE: "true"}, NONE),
    ({"dt.event.is_rootcause_relevant": "false"}, {NO_CAUSE}),
    ({"dt.event.is_rootcause_relevant": "true"}, NONE),
    ({"dt.davis.is_rootcause_relevant": "false"}, {NO_CAUSE}),
    ({"dt.event.suppress_problem": "true"}, {NO_PROBLEM}),
    ({"dt.event.suppress_problem": "false"}, NONE),
    ({"dt.davis.is_problem_suppressed": "true"}, {NO_PROBLEM}),
    ({"dt.event.allow_frequent_issue_detection": "false"}, {ALWAYS}),
    ({"dt.event.allow_frequent_issue_detection": "true"}, NONE),
    ({"dt.davis.is_frequent_issue_detection_allowed": "false"}, {ALWAYS}),
    ({"dt.event.allow_entity_remapping": "false"}, NONE),
    (
        {
            MERGE: "false",
            "dt.event.is_rootcause_relevant": "false",
            "dt.event.suppress_problem": "true",
            "dt.event.allow_frequent_issue_detection": "false",
        },
        {ALONE, NO_CAUSE, NO_PROBLEM, ALWAYS},
    ),
]


@pytest.mark.parametrize(("properties", "expected"), TABLE)
@pytest.mark.parametrize("event_type", [name for name in PROBLEMS if name != "CUSTOM_ALERT"])
def test_each_switch(event_type: str, properties: Mapping[str, object], expected: set[Handling]) -> None:
    """[5.3] By either name, the first of which counts more."""
    assert handling(EVENT_TYPES[event_type], properties) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (False, {ALONE}), (True, NONE), (" FALSE ", {ALONE}), ("False", {ALONE}), ("no", NONE), (0, NONE), (None, NONE),
        ([], NONE), ("", NONE),
    ],
)  # fmt: skip
def test_how_it_may_be_written(value: object, expected: set[Handling]) -> None:
    """[5.3] As a truth or as text; what is neither says nothing, and gives way to the newer name."""
    assert handling(EVENT_TYPES["ERROR_EVENT"], {MERGE: value}) == expected
    if value is None:
        assert handling(EVENT_TYPES["ERROR_EVENT"], {MERGE: None, "dt.davis.is_merging_allowed": "false"}) == {ALONE}


@pytest.mark.parametrize(
    ("properties", "field", "expected"),
    [
        ({}, None, {ALONE}),
        ({}, True, NONE),
        ({}, False, {ALONE}),
        ({MERGE: "true"}, None, NONE),
        ({MERGE: "true"}, False, {ALONE}),
        ({MERGE: "false"}, True, NONE),
        ({MERGE: "neither"}, None, {ALONE}),
        ({"dt.davis.is_merging_allowed": "true"}, None, NONE),
        ({"dt.event.suppress_problem": "true"}, None, {ALONE, NO_PROBLEM}),
    ],
)
def test_a_custom_alert_is_alone(properties: Mapping[str, object], field: bool | None, expected: set[Handling]) -> None:  # noqa: FBT001  a table's
    """[6.14] Unless its sender says otherwise; the field counts more than the property."""
    assert handling(EVENT_TYPES["CUSTOM_ALERT"], properties, allow_merge=field) == expected


@pytest.mark.parametrize("event_type", [*(EVENT_TYPES[name] for name in INFORMATION), WARNING], ids=lambda of: of.name)
def test_what_only_informs_is_taken_as_it_is(event_type: Any) -> None:  # noqa: ANN401  of a table
    """[5.3] There is no alert that could be taken in another way."""
    assert handling(event_type, {MERGE: "false", "dt.event.suppress_problem": "true"}, allow_merge=False) == set()


async def taken(tenant: Tenant) -> list[frozenset[Handling]]:
    """How each alert of the account is taken."""
    page = await tenant.house.context.alerts.page(tenant.admin, AlertFilter(), cursor=None, limit=10)
    return [alert.handling for alert in page.items]


@pytest.mark.parametrize(("properties", "expected"), TABLE)
async def test_by_the_first_version(
    desk: AsyncClient, tenant: Tenant, properties: Mapping[str, object], expected: set[Handling]
) -> None:
    """[5.3] `customProperties` with these keys count."""
    await pushed(desk, message("ERROR_EVENT", customProperties=properties))

    assert await taken(tenant) == [expected]


@pytest.mark.parametrize(
    ("event_type", "fields", "expected"),
    [
        ("ERROR_EVENT", {"allowDavisMerge": False}, {ALONE}),
        ("ERROR_EVENT", {"allowDavisMerge": "false"}, {ALONE}),
        ("ERROR_EVENT", {"allowDavisMerge": True}, NONE),
        ("CUSTOM_ALERT", {}, {ALONE}),
        ("CUSTOM_ALERT", {"allowDavisMerge": True}, NONE),
    ],
)
async def test_by_a_field(
    desk: AsyncClient, tenant: Tenant, event_type: str, fields: Mapping[str, object], expected: set[Handling]
) -> None:
    """[3.1] In both versions: the second takes it at the top as well."""
    await pushed(desk, message(event_type, **fields))
    body = {"eventType": event_type, "title": "t", "entitySelector": f"entityId({ORDERS})", **fields}
    assert (await desk.post("/api/v2/events/ingest", json=body)).status_code == 201

    assert await taken(tenant) == [expected, expected]


@pytest.mark.parametrize(("properties", "expected"), TABLE)
async def test_by_the_second_version(
    desk: AsyncClient, tenant: Tenant, properties: Mapping[str, object], expected: set[Handling]
) -> None:
    """[5.3] As properties."""
    body = {"eventType": "ERROR_EVENT", "title": "t", "properties": properties}
    assert (await desk.post("/api/v2/events/ingest", json=body)).status_code == 201

    assert await taken(tenant) == [expected]


def test_every_newer_name_has_a_first_one() -> None:
    """[5.3] The sisters mean the same."""
    assert {name.partition(".")[2].partition(".")[0] for name in NEWER_NAMES} == {"davis"}
    assert all(first.startswith("dt.event.") for first in NEWER_NAMES.values())
