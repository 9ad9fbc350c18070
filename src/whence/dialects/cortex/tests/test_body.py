"""A4: what a body may say, and what is wrong with one."""

import json
from contextlib import suppress

import pytest
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import any_text
from whence.dialects.cortex import wire
from whence.dialects.cortex.json_text import document, member
from whence.dialects.cortex.tests.answers import DAY, GOOD, body, is_bad, made
from whence.dialects.cortex.tests.conftest import EVENTS
from whence.domain.errors import Invalid

AT = f"{DAY}T06:30:00Z"
DEEP = 200 * "["
RARE = "".join(chr(0x1F300 + n * 7919 % 0x2C000) for n in range(500))  # four bytes each, and hard to compress


@pytest.mark.parametrize(
    ("changed", "details"),
    [
        ({"title": ...}, "title is required"),
        ({"title": None}, "title is required"),
        ({"title": ""}, "title is required"),
        ({"title": " \t\n\u00a0"}, "title is required"),
        ({"title": 1}, "title must be a string"),
        ({"title": 0}, "title must be a string"),
        ({"title": False}, "title must be a string"),
        ({"title": ["x"]}, "title must be a string"),
        ({"title": {}}, "title must be a string"),
        ({"title": "a\0b"}, "title must not hold a NUL character"),
        ({"type": ...}, "type is required"),
        ({"type": "  "}, "type is required"),
        ({"type": 1.5}, "type must be a string"),
        ({"type": "x" * 501}, "type must be at most 500 characters"),
        (
            {"type": "\N{SNOWMAN}" * 501, "title": 1, "url": 1},
            "title must be a string; type must be at most 500 characters; url must be a string",
        ),
        ({"timestamp": ...}, "timestamp is required"),
        ({"timestamp": None}, "timestamp is required"),
        ({"timestamp": ""}, "timestamp is required"),
        ({"timestamp": 1707633000}, "timestamp must be a string"),
        ({"timestamp": "yesterday"}, "timestamp is not an ISO-8601 date-time: yesterday"),
        ({"timestamp": DAY}, f"timestamp is not an ISO-8601 date-time: {DAY}"),
        ({"timestamp": "x" * 2000}, f"timestamp is not an ISO-8601 date-time: {'x' * 1000}…"),
        ({"timestamp": "9000-01-01T00:00:00Z"}, "timestamp must be before the year 9000"),
        ({"description": 1}, "description must be a string"),
        ({"description": []}, "description must be a string"),
        ({"url": {}}, "url must be a string"),
        ({"url": True}, "url must be a string"),
        ({"customData": "x"}, "customData must be an object"),
        ({"customData": []}, "customData must be an object"),
        ({"customData": 0}, "customData must be an object"),
        ({"url": 1, "title": ""}, "title is required; url must be a string"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_bad_field_is_told(cortex: AsyncClient, method: str, changed: dict[str, object], details: str) -> None:
    """[A4, A7.1] All of them at once, in the contract's order; nothing is stored."""
    where = EVENTS if method == "POST" else f"{EVENTS}/a1740c9e-2d5b-4b0f-8c3e-91f6d7e80b25"

    is_bad(await cortex.request(method, where, json=body(**changed)), details)

    assert (await cortex.get(EVENTS)).json()["total"] == 0


@pytest.mark.parametrize("letters", ["x", "\N{SNOWMAN}", RARE])
async def test_the_longest_type_is_stored(cortex: AsyncClient, letters: str) -> None:
    """[A4] And found, and counted: 500 characters, of however many bytes."""
    longest = (letters * 500)[:500]
    there = await made(cortex, EVENTS, type=longest)

    listed = await cortex.get(EVENTS, params={"type": longest})
    changed = await cortex.put(f"{EVENTS}/{there['uuid']}", json=body(type=longest[::-1]))

    assert listed.json()["events"] == [there]
    assert (changed.status_code, changed.json()["type"]) == (200, longest[::-1])


async def test_all_faults_are_told_in_the_order_of_the_fields(cortex: AsyncClient) -> None:
    """[A7.1] Joined by a semicolon."""
    faults = [
        "title is required",
        "type must be a string",
        "timestamp is not an ISO-8601 date-time: x",
        "description must be a string",
        "url must be a string",
        "customData must be an object",
    ]
    sent = {"customData": 1, "url": 1, "description": 1, "timestamp": "x", "type": 1}

    is_bad(await cortex.post(EVENTS, json=sent), "; ".join(faults))


@pytest.mark.parametrize(
    ("content", "details"),
    [
        (b"", "Malformed JSON"),
        (b"{", "Malformed JSON"),
        (b"title=x", "Malformed JSON"),
        (b'{"title":NaN}', "Malformed JSON"),
        (b'{"title":"\xff"}', "Malformed JSON"),
        (b'{"title":"\\ud800"}', "Malformed JSON"),
        (b"{} {}", "Malformed JSON"),
        (b"[]", "JSON object expected"),
        (b"null", "JSON object expected"),
        (b'"x"', "JSON object expected"),
        (b"17", "JSON object expected"),
        (b"[" * 5000, "JSON is nested too deeply"),
        (b'{"customData":{"n":' + b"9" * 4301 + b"}}", "JSON holds a number of too many digits"),
        (b'{"customData":{"n":1e400}}', "customData.n must be a number that a double can hold"),
    ],
)
async def test_what_is_no_object_is_told(cortex: AsyncClient, content: bytes, details: str) -> None:
    """[A7.1] As `details`, whatever the content is called."""
    is_bad(await cortex.post(EVENTS, content=content), details)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"n":3,"tags":["a",null],"owner":{"team":"pay"}}',
        '{"b":1,"a":2,"":3}',
        '{"one":1,"dec":1.0,"more":1.10,"exp":1E5,"big":12345678901234567890,"long":0.1234567890123456789012345}',
        '{"huge":' + "9" * 4000 + "}",
        '{"t":true,"f":false,"z":null,"neg":-0.0}',
        '{"text":"\\u00e9\\u0000\\n\\\\u0000","é":"☃ \\" , : "}',
        '{"deep":' + DEEP[1:] + DEEP[1:].replace("[", "]") + "}",
        '{"twice":1,"twice":2}',
    ],
)
async def test_custom_data_comes_back_as_it_was(cortex: AsyncClient, text: str) -> None:
    """[A4] Letter by letter, but for the blanks between: on every call that returns it."""
    spaced = text.replace('":', '" :\n ', 1)
    sent = json.dumps(GOOD)[:-1] + f', "customData" : {spaced} }}'
    expected = f'{{"customData":{text},"timestamp"'

    posted = await cortex.post(EVENTS, content=sent)
    where = f"{EVENTS}/{posted.json()['uuid']}"

    put = await cortex.put(where, content=sent)
    assert posted.text.startswith(expected)
    assert put.text == (await cortex.get(where)).text == posted.text
    assert (await cortex.get(EVENTS)).text == f'{{"events":[{posted.text}],"page":0,"total":1,"totalPages":1}}'


async def test_what_was_changed_elsewhere_shows(cortex: AsyncClient, admin: AsyncClient) -> None:
    """[A4] The body as it came is believed as long as the properties say the same."""
    event = await made(cortex, EVENTS, customData={"n": 1, "keep": 1.0})
    where = f"{EVENTS}/{event['uuid']}"

    for properties in ({"n": True, "keep": 1.0}, {"keep": 1.0, "n": 1}, {}):
        changed = await admin.patch(f"/v1/events/{event['uuid']}", json={"title": "x", "properties": properties})
        assert changed.status_code == 200
        shown = (await cortex.get(where)).json()
        assert shown["title"] == "x"
        assert json.dumps(shown.get("customData", {})) == json.dumps(properties)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({}, {}),
        ({"url": None}, {}),
        ({"description": None, "url": None, "customData": None}, {}),
        ({"customData": {}}, {"customData": {}}),
        ({"description": "", "url": ""}, {"description": "", "url": ""}),
        ({"description": "d", "url": "not a link"}, {"description": "d", "url": "not a link"}),
        ({"title": "  untrimmed ", "type": "\ttoo "}, {"title": "  untrimmed ", "type": "\ttoo "}),
        (
            {"title": "日本 ☃ 👩\u200d🚒 \u202e", "type": "é%_\\'\""},
            {"title": "日本 ☃ 👩\u200d🚒 \u202e", "type": "é%_\\'\""},
        ),
        ({"title": "t" * 100_000}, {"title": "t" * 100_000}),
        ({"uuid": "a1740c9e-2d5b-4b0f-8c3e-91f6d7e80b25", "id": 1, "tag": "x", "entityTag": []}, {}),
    ],
)
async def test_an_event_has_the_members_that_were_set(
    cortex: AsyncClient, sent: dict[str, object], shown: dict[str, object]
) -> None:
    """[A4] null is absent, unknown members are ignored, a sent uuid too; in the order of the examples."""
    event = await made(cortex, EVENTS, **sent)

    read = (await cortex.get(f"{EVENTS}/{event['uuid']}")).json()

    assert event == {**GOOD, **shown, "uuid": event["uuid"]}
    assert list(read.items()) == list(event.items())
    order = ["customData", "description", "timestamp", "title", "type", "url", "uuid"]
    assert list(event) == [name for name in order if name in event]
    assert event["uuid"] != "a1740c9e-2d5b-4b0f-8c3e-91f6d7e80b25"


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(any_text, _values, max_size=4), name=any_text, blanks=st.sampled_from([None, 1, "\t"]))
def test_a_member_is_found_and_keeps_its_value(value: dict[str, object], name: str, blanks: int | str | None) -> None:
    """The text of a member is its value without blanks; what is not there is not found."""
    text = json.dumps(value, indent=blanks, ensure_ascii=False)

    found = member(text, name)

    assert (None if found is None else json.loads(found)) == value.get(name)
    for key, kept in value.items():
        assert member(text, key) == json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


@given(raw=st.binary(max_size=40) | _values.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_an_event_or_refused(raw: bytes) -> None:
    """Never anything but a refusal."""
    with suppress(Invalid):
        assert wire.CustomEvent.read(document(raw)).title.strip()
