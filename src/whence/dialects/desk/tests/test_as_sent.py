"""[3.4] [3.5] [5.1] What was sent comes back as it was sent: a number's digits, and a text that says little."""

import json
from typing import Any, Final

import pytest
from httpx import AsyncClient, Response
from hypothesis import given
from hypothesis.strategies import booleans, characters, dictionaries, floats, integers, lists, none, recursive, text

from tests.tenants import Tenant
from whence.dialects.desk.json_text import document
from whence.dialects.desk.tests.pushing import (
    EVENTS,
    ORDERS,
    PROBLEMS,
    by_tags,
    drafted,
    events,
    message,
    pushed,
    tagged,
)
from whence.dialects.desk.tests.stored import facts

V2: Final = "/api/v2/events"
DEVICE: Final = "/api/v1/entity/infrastructure/custom/cold-room-3"
NUMBERS: Final = (
    "1.10", "1e3", "1E3", "1.0E+2", "-0", "-0.0", "0", "0.0", "12345678901234567890.5",
    "123456789012345678901234567890", "1.5", "30", "-7", "2026.10",
)  # fmt: skip
AS_ANY_WRITER: Final = frozenset({"-0.0", "0", "0.0", "1.5", "30", "-7", "123456789012345678901234567890"})
"""Those that come out of a number's value as they went in."""
TITLED: Final = {
    **{name: f"{name.replace('_', ' ').capitalize()}" for name in PROBLEMS if name != "RESOURCE_CONTENTION"},
    "RESOURCE_CONTENTION": "Resource contention event",
    "CUSTOM_INFO": "Custom info",
    "MARKED_FOR_TERMINATION": "Marked for termination",
}
"""What an event of the type is called when nobody gave it a title."""


TEXTS: Final = text(characters(codec="utf-8", exclude_characters="\0"), max_size=5)
JSON: Final = recursive(
    none() | booleans() | integers() | floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda values: lists(values, max_size=3) | dictionaries(TEXTS, values, max_size=3),
)


@given(value=JSON)
def test_exact_numbers_are_the_same_numbers(value: object) -> None:
    """[3.5] Both ways to read a document come to the same; the slow one knows the digits besides."""
    raw = json.dumps(value, ensure_ascii=False).encode()

    sent = document(raw)

    assert sent.exact == sent.value == value


def written(body: object, number: str) -> bytes:
    """The body with the number in each place where it has a question mark."""
    return json.dumps(body).replace('"?"', number).encode()


async def sent(desk: AsyncClient, body: object, number: str, path: str = EVENTS) -> Response:
    """The answer to the body, which is good."""
    answer = await desk.post(path, content=written(body, number))
    assert answer.is_success, answer.text
    return answer


async def v2_properties(desk: AsyncClient) -> dict[str, str]:
    """The properties of the only event, as the second version tells them."""
    (event,) = (await desk.get(V2)).json()["events"]
    return {one["key"]: one["value"] for one in event["properties"]}


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_number_for_a_text_keeps_its_digits(desk: AsyncClient, number: str) -> None:
    """[3.5] Its JSON text, in both versions; numbers elsewhere are what they were."""
    await sent(desk, message("CUSTOM_DEPLOYMENT", deploymentVersion="?", source="?", start=0), number)

    (event,) = await events(desk)

    assert (event["deploymentVersion"], event["source"]) == (number, number)
    told = await v2_properties(desk)
    assert (told["dt.event.deployment.version"], told["dt.event.source"]) == (number, number)


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_property_keeps_its_digits(desk: AsyncClient, tenant: Tenant, number: str) -> None:
    """[3.5] [5.1] It reads back as it was sent; and is stored as a number, where that gives the same digits back."""
    await sent(desk, message(customProperties={"n": "?", "m": 7, "deep": {"l": [1.5]}}), number)

    (event,) = await events(desk)
    kept = (await facts(tenant))["properties"]

    assert event["customProperties"] == {"n": number, "m": "7", "deep": '{"l":[1.5]}'}
    assert kept == {"n": json.loads(number) if number in AS_ANY_WRITER else number, "m": 7, "deep": {"l": [1.5]}}
    assert (await v2_properties(desk))["n"] == number


@pytest.mark.parametrize("number", NUMBERS)
async def test_a_property_of_the_second_version_keeps_its_digits(desk: AsyncClient, number: str) -> None:
    """[5.3] Other JSON is its text."""
    body = {
        "eventType": "CUSTOM_INFO",
        "title": "?",
        "entitySelector": f'entityId("{ORDERS}")',
        "properties": {"n": "?"},
    }

    await sent(desk, body, number, f"{V2}/ingest")

    (event,) = (await desk.get(V2)).json()["events"]
    assert event["title"] == number
    assert (await v2_properties(desk))["n"] == number


async def test_a_number_in_a_rule_is_its_digits(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.5] As key, as value, and as a tag; asked for twice, since rules are remembered."""
    await tenant.register(drafted(ORDERS, tagged("1.10", "2.0"), tagged("1.10")))
    rules = by_tags({"key": "?", "value": 2.0}, "?")

    for _ in range(2):
        answer = await sent(desk, message(attachRules=rules), "1.10")
        assert len(answer.json()["storedIds"]) == 1


async def test_a_device_is_called_by_its_digits(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.5] [4.1] Its texts are read like those of an event, and so are its properties."""
    answer = await sent(desk, {"displayName": "?", "properties": {"v": "?", "w": 1.5}}, "1.10", DEVICE)

    found = await tenant.house.context.catalog.require(tenant.admin, answer.json()["entityId"])
    assert (found.name, found.properties["properties"]) == ("1.10", {"v": "1.10", "w": 1.5})


@pytest.mark.parametrize(("event_type", "title"), TITLED.items())
async def test_a_title_may_be_what_the_type_is_called(desk: AsyncClient, event_type: str, title: str) -> None:
    """[5.1] It is there when it was posted, and only then; no property tells of it."""
    await pushed(desk, message(event_type, title=title, customProperties={"k": "v"}))
    (posted,) = await events(desk)
    await pushed(desk, message(event_type, title=..., source="another"), query="?strict=false")
    silent = next(event for event in await events(desk) if event["source"] == "another")

    assert (posted["title"], posted["customProperties"]) == (title, {"k": "v"})
    assert "title" not in silent
    assert "customProperties" not in silent
    for event in (await desk.get(V2)).json()["events"]:
        assert event["title"] == title
        assert "title" not in {one["key"] for one in event["properties"]}


async def test_the_second_version_requires_a_title_and_the_first_tells_it(desk: AsyncClient) -> None:
    """[5.1] [5.3] Also when it is what the type is called."""
    body = {"eventType": "CUSTOM_INFO", "title": "Custom info", "entitySelector": f'entityId("{ORDERS}")'}
    assert (await desk.post(f"{V2}/ingest", json=body)).status_code == 201

    (event,) = await events(desk)

    assert event["title"] == "Custom info"
    assert "title" not in await v2_properties(desk)


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize(
    ("event_type", "names"),
    [
        ("ERROR_EVENT", {"title": "title", "description": "annotationDescription"}),
        ("CUSTOM_INFO", {"title": "title", "description": "description"}),
        ("CUSTOM_CONFIGURATION", {"description": "description", "configuration": "configuration"}),
        ("CUSTOM_ANNOTATION", {"annotationDescription": "annotationDescription", "description": "description"}),
    ],
)
async def test_a_blank_counts_as_given(desk: AsyncClient, event_type: str, names: dict[str, str], blank: str) -> None:
    """[3.4] [5.1] It comes back, under the name that the answer has for the field."""
    await pushed(desk, message(event_type, **dict.fromkeys(names, blank)))

    (event,) = await events(desk)

    assert {shown: event.get(shown) for shown in names.values()} == dict.fromkeys(names.values(), blank)
    assert "customProperties" not in event
    told = await v2_properties(desk)
    assert told["annotationDescription" if event_type == "CUSTOM_ANNOTATION" else "dt.event.description"] == blank


async def test_an_empty_description_of_the_second_version(desk: AsyncClient) -> None:
    """[5.3] It is a property like others, and comes back as one."""
    properties = {"dt.event.description": ""}
    body = {
        "eventType": "ERROR_EVENT",
        "title": "t",
        "entitySelector": f'entityId("{ORDERS}")',
        "properties": properties,
    }
    assert (await desk.post(f"{V2}/ingest", json=body)).status_code == 201

    (event,) = await events(desk)

    assert event["annotationDescription"] == ""
    assert (await v2_properties(desk))["dt.event.description"] == ""


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"title": "t"}, "t"),
        ({"title": "own"}, "own"),
        ({"title": ...}, None),
    ],
)
async def test_a_senders_property_is_no_title(desk: AsyncClient, fields: dict[str, Any], shown: str | None) -> None:
    """[3.11] [5.1] It stays a property, whatever the title is."""
    await pushed(desk, message("CUSTOM_INFO", **fields, customProperties={"title": "own"}))

    (event,) = await events(desk)

    assert (event.get("title"), event["customProperties"]) == (shown, {"title": "own"})
