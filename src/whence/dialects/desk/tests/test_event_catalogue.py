"""[5.5] The types of events and the properties that a sender may set."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.desk.tests.pushing import violations, warnings
from whence.domain.access import Right

TYPES = "/api/v2/eventTypes"
PROPERTIES = "/api/v2/eventProperties"
DEPLOYMENT = {
    "type": "CUSTOM_DEPLOYMENT",
    "displayName": "Custom deployment",
    "severityLevel": "INFO",
    "description": "A deployment pushed from outside",
}
DESCRIPTION = {
    "key": "dt.event.description",
    "displayName": "Description",
    "description": "Text of the event",
    "writable": True,
    "filterable": True,
}
LEVELS = {
    "AVAILABILITY_EVENT": ("Availability event", "AVAILABILITY"),
    "CUSTOM_ALERT": ("Custom alert", "CUSTOM_ALERT"),
    "CUSTOM_ANNOTATION": ("Custom annotation", "INFO"),
    "CUSTOM_CONFIGURATION": ("Custom configuration", "INFO"),
    "CUSTOM_DEPLOYMENT": ("Custom deployment", "INFO"),
    "CUSTOM_INFO": ("Custom info", "INFO"),
    "ERROR_EVENT": ("Error event", "ERROR"),
    "MARKED_FOR_TERMINATION": ("Marked for termination", "INFO"),
    "PERFORMANCE_EVENT": ("Performance event", "PERFORMANCE"),
    "RESOURCE_CONTENTION_EVENT": ("Resource contention event", "RESOURCE_CONTENTION"),
    "WARNING": ("Warning", "INFO"),
}
KEYS = (
    "dt.event.description", "dt.event.source", "dt.event.title", "dt.event.timeout", "dt.event.deployment.name",
    "dt.event.deployment.version", "dt.event.deployment.project", "dt.event.deployment.ci_back_link",
    "dt.event.deployment.remediation_action_link", "dt.event.allow_davis_merge",
    "dt.event.allow_frequent_issue_detection", "dt.event.allow_entity_remapping", "dt.event.is_rootcause_relevant",
    "dt.event.suppress_problem",
)  # fmt: skip


async def read(desk: AsyncClient, path: str, **query: Any) -> dict[str, Any]:  # noqa: ANN401  of a query
    """What is at the path."""
    answer = await desk.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_types(desk: AsyncClient) -> None:
    """[5.5] [3.3] Every type of the second version, by its name there; those that only inform have the level INFO."""
    page = await read(desk, TYPES)

    shown = page.pop("eventTypeInfos")
    assert page == {"totalCount": 11, "pageSize": 100}
    assert {each["type"]: (each["displayName"], each["severityLevel"]) for each in shown} == LEVELS
    assert all(each.keys() == DEPLOYMENT.keys() and each["description"] for each in shown)


async def test_one_type(desk: AsyncClient) -> None:
    """[5.5] The contract's example."""
    assert await read(desk, f"{TYPES}/CUSTOM_DEPLOYMENT") == DEPLOYMENT


async def test_all_properties(desk: AsyncClient) -> None:
    """[5.3] [5.5] What maps the first version's fields, and what controls an event."""
    page = await read(desk, PROPERTIES)

    shown = page.pop("eventProperties")
    assert page == {"totalCount": 14, "pageSize": 100}
    assert tuple(each["key"] for each in shown) == KEYS
    assert all(each.keys() == DESCRIPTION.keys() for each in shown)


async def test_a_page_of_properties(desk: AsyncClient) -> None:
    """[5.5] The contract's example, and that its key leads through all the rest."""
    first = await read(desk, PROPERTIES, pageSize=1)

    assert first.keys() == {"totalCount", "pageSize", "nextPageKey", "eventProperties"}
    assert (first["totalCount"], first["pageSize"], first["eventProperties"]) == (14, 1, [DESCRIPTION])
    seen, page = [DESCRIPTION["key"]], first
    while "nextPageKey" in page:
        page = await read(desk, PROPERTIES, nextPageKey=page["nextPageKey"])
        seen += [each["key"] for each in page["eventProperties"]]
    assert tuple(seen) == KEYS


async def test_one_property(desk: AsyncClient) -> None:
    """[5.5] The single form returns one object."""
    assert await read(desk, f"{PROPERTIES}/dt.event.description") == DESCRIPTION


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (f"{TYPES}/NO_SUCH_TYPE", "No event type with id NO_SUCH_TYPE was found."),
        (f"{TYPES}/custom_info", "No event type with id custom_info was found."),
        (f"{PROPERTIES}/colour", "No event property with id colour was found."),
    ],
)
async def test_what_is_unknown(desk: AsyncClient, path: str, message: str) -> None:
    """[5.5] 404."""
    answer = await desk.get(path)

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": 404, "message": message}}


async def test_size_of_a_page(desk: AsyncClient) -> None:
    """[5.5] At most 500; a key of one list is none of another."""
    large = await desk.get(TYPES, params={"pageSize": 501})
    none = await desk.get(TYPES, params={"pageSize": 0})
    key = (await read(desk, TYPES, pageSize=10))["nextPageKey"]
    crossed = await desk.get(PROPERTIES, params={"nextPageKey": key})

    assert (large.json()["pageSize"], warnings(large)) == (500, ["pageSize is 500, the maximum"])
    assert violations(none, place="QUERY") == [("pageSize", "'0' must be a whole number from 1 to 500")]
    assert violations(crossed, place="QUERY") == [("nextPageKey", "belongs to another list")]


@pytest.mark.parametrize("path", [TYPES, f"{TYPES}/CUSTOM_INFO", PROPERTIES, f"{PROPERTIES}/dt.event.source"])
async def test_reading_needs_the_scope(desk: AsyncClient, tenant: Tenant, path: str) -> None:
    """[2.2] The scope of this call is named."""
    answer = await desk.get(path, headers={"authorization": f"Api-Token {await tenant.key(Right.WRITE_EVENTS)}"})

    assert answer.status_code == 403
    assert answer.json()["error"]["message"].endswith("Use one of: events.read (Read events)")
