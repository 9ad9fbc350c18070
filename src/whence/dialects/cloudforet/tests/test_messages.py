"""Plain objects and messages, in both directions."""

from contextlib import suppress
from typing import Any, Final, cast

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given
from hypothesis import strategies as st

from whence.dialects.cloudforet.errors import Code, Fault
from whence.dialects.cloudforet.messages import MOST_ITEMS, from_message, parse, read, render, to_message, unread
from whence.dialects.cloudforet.schema import POOL, message_class
from whence.dialects.cloudforet.structs import fill
from whence.dialects.cloudforet.tests.wired import PACKAGE

_QUERY: Final = f"{PACKAGE}.EventQuery"
_CREATE: Final = f"{PACKAGE}.CreateEventRequest"
_STAT: Final = f"{PACKAGE}.EventStatQuery"
_WEBHOOKS: Final = f"{PACKAGE}.WebhooksInfo"
_EVENTS: Final = f"{PACKAGE}.EventsInfo"
_STRUCT: Final = "google.protobuf.Struct"
_VAST: Final = 10**400

_REQUESTS: Final[list[tuple[str, dict[str, Any]]]] = [
    (_QUERY, {}),
    (_QUERY, {"query": {}}),
    (_QUERY, {"query": {"filter": [{"k": "severity", "v": ["INFO", None], "o": "in"}]}}),
    (_QUERY, {"query": {"filter": [{"key": "a", "value": None, "operator": "eq"}]}, "domain_id": "domain-1"}),
    (
        _QUERY,
        {"query": {"sort": [{"key": "a", "desc": True}], "page": {"start": 2, "limit": 5}, "only": ["a", "b"]}},
    ),
    (_QUERY, {"query": {"lookup": [], "add_fields": {}, "filter": [{}]}}),
    (_STAT, {"query": {"aggregate": [{"sort": [{"key": "n", "desc": True}]}, {"limit": 0}, {"unwind": {}}]}}),
    (_STAT, {"query": {"aggregate": [{"group": {"keys": [{"k": "a", "n": "b"}], "fields": [{"o": "count"}]}}]}}),
    (_CREATE, {"data": {}}),
    (_CREATE, {"webhook_id": "w", "data": {"a.b": {"$c": [1, 2.5, None, True, "é", [], {}]}}}),
    (f"{PACKAGE}.WebhookQuery", {"state": "ENABLED"}),
    (f"{PACKAGE}.CreateEventRuleRequest", {"conditions_policy": "ALL", "actions": {"no_notification": True}}),
]
_NO_REQUESTS: Final[list[tuple[dict[str, Any], str]]] = [
    ({"colour": 1}, f'Message type "{_QUERY}" has no field named "colour" at "EventQuery".'),
    ({"query": {"colour": 1}}, 'has no field named "colour" at "EventQuery.query".'),
    (
        {"query": {"filter": [{"k": "a", "key": "b"}]}},
        'multiple "key_alias" oneof fields at "EventQuery.query.filter[0]".',
    ),
    ({"query": {"page": {"start": -1}}}, "Failed to parse start field: Value out of range: -1."),
    ({"query": {"page": {"limit": 1.5}}}, "Couldn't parse integer: 1.5 at EventQuery.query.page.limit."),
    (
        {"query": {"sort": {"key": "a"}}},
        "repeated field sort must be in [] which is {'key': 'a'} at EventQuery.query.",
    ),
    ({"query": 5}, "Query must be in a dict which is 5 at EventQuery.query."),
    ({"query": []}, "Query must be in a dict which is [] at EventQuery.query."),
    ({"query": {"filter": [3]}}, "Filter must be in a dict which is 3 at EventQuery.query.filter[0]."),
    ({"query": {"filter": [None]}}, "null is not allowed"),
    ({"query": {"lookup": {}}}, "ListValue must be in [] which is {} at EventQuery.query.lookup."),
    ({"query": {"add_fields": []}}, "Struct must be in a dict which is [] at EventQuery.query.add_fields."),
    ({"query": {"minimal": "yes"}}, "Failed to parse minimal field"),
    ({"event_id": 3}, "Failed to parse event_id field"),
    ({"event_id": {}}, "Failed to parse event_id field"),
    (
        {"query": {"filter_or": [{}], "filterOr": [{}]}},
        'should not have multiple "filter_or" fields at "EventQuery.query".',
    ),
    ({"query": {"only": "x" * 10_000}}, "repeated field only must be in []"),
]
_TOO_MANY: Final[list[tuple[str, dict[str, Any], str]]] = [
    (_QUERY, {"query": {"filter": [{}] * (MOST_ITEMS + 1)}}, "query.filter"),
    (_QUERY, {"query": {"only": ["a"] * (MOST_ITEMS + 1)}}, "query.only"),
    (_STAT, {"query": {"aggregate": [{"group": {"keys": [{}] * 100}}] * 100}}, "query.aggregate[99].group.keys"),
]
_doubles = st.floats(allow_nan=False, allow_infinity=False)
_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _doubles | st.text(max_size=5)
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
_objects = st.dictionaries(st.text(max_size=3), _json, max_size=4)


def _over_the_wire(full_name: str, sent: dict[str, Any]) -> dict[str, Any]:
    """What a server reads of what a client made of it."""
    return parse(full_name, ParseDict(sent, message_class(full_name)()).SerializeToString())


def _nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(("name", "sent"), _REQUESTS)
def test_a_request_is_the_same_over_both_transports(name: str, sent: dict[str, Any]) -> None:
    """Spellings, presence and values: what a handler is asked does not depend on the way."""
    assert read(name, sent) == sent
    assert _over_the_wire(name, sent) == sent


@given(data=_objects)
def test_free_json_is_the_same_over_both_transports(data: dict[str, Any]) -> None:
    """Whatever is in it, but for a NUL, which can nowhere be stored."""
    sent = {"data": data}
    has_nul = "\\x00" in repr(data)

    try:
        received = _over_the_wire(_CREATE, sent)
    except Fault:
        assert has_nul
    else:
        assert received == read(_CREATE, sent)


@pytest.mark.parametrize(
    ("name", "sent", "read_as"),
    [
        (
            _QUERY,
            {"query": {"countOnly": True, "filterOr": []}, "eventId": "e"},
            {"query": {"count_only": True}, "event_id": "e"},
        ),
        (_QUERY, {"query": None, "event_id": "", "severity": None}, {}),
        (_QUERY, {"query": {"page": {"limit": "5", "start": 1.0}}}, {"query": {"page": {"limit": 5, "start": 1}}}),
        (f"{PACKAGE}.WebhookQuery", {"state": 2}, {"state": "DISABLED"}),
        (f"{PACKAGE}.WebhookQuery", {"state": "NONE"}, {}),
    ],
)
def test_json_has_more_than_one_spelling(name: str, sent: dict[str, Any], read_as: dict[str, Any]) -> None:
    """lowerCamelCase, numbers as text, enums by number; null and the default are as good as nothing."""
    assert read(name, sent) == read_as


def test_json_keeps_its_numbers() -> None:
    """Exactly as they were sent, however many digits they have."""
    data = {"big": 2**64 + 1, "vast": _VAST, "double": 3.0}

    asked = read(_CREATE, {"data": data})

    assert asked["data"] == data
    assert isinstance(asked["data"]["double"], float)


def test_a_whole_double_is_an_integer() -> None:
    """Messages have doubles only; those beyond 64 bits are measures."""
    asked = _over_the_wire(_CREATE, {"data": {"n": 3, "half": 0.5, "epoch": 1767225600000, "measure": 1e300}})

    assert repr(asked["data"]["n"]) == "3"
    assert asked["data"] == {"n": 3, "half": 0.5, "epoch": 1767225600000, "measure": 1e300}
    assert isinstance(asked["data"]["measure"], float)


@pytest.mark.parametrize(("sent", "message"), _NO_REQUESTS)
def test_what_is_no_request_is_told(sent: dict[str, Any], message: str) -> None:
    """The field and the path, in few words."""
    with pytest.raises(Fault) as caught:
        read(_QUERY, sent)

    assert message in caught.value.message
    assert caught.value.code is Code.UNREADABLE
    assert len(caught.value.message) <= 501


@given(sent=st.dictionaries(st.sampled_from(["query", "event_id", "eventId", "domain_id", "x", "[x]", "@type"]), _json))
def test_anything_is_read_or_told(sent: dict[str, Any]) -> None:
    """Never is it an exception of another kind."""
    with suppress(Fault):
        read(_QUERY, sent)


@pytest.mark.parametrize("name", [_QUERY, _STAT, _CREATE])
@given(raw=st.binary(max_size=64))
def test_any_bytes_are_read_or_told(name: str, raw: bytes) -> None:
    """As any JSON."""
    with suppress(Fault):
        parse(name, raw)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"a": [1, float("nan")]},
            "Parameter is invalid. (key = data.a[1], reason = must be a number that JSON can hold)",
        ),
        ({"a": float("inf")}, "Parameter is invalid. (key = data.a, reason = must be a number that JSON can hold)"),
        ({"a": {"b": "\0"}}, "Parameter is invalid. (key = data.a.b, reason = must not hold a NUL character)"),
        ({"\0": 1}, "Parameter is invalid. (key = data, reason = must not hold a NUL character)"),
    ],
)
def test_what_cannot_be_stored_is_told(data: dict[str, Any], message: str) -> None:
    """JSON cannot hold the numbers, and PostgreSQL not the letter."""
    request = message_class(_CREATE)()
    fill(cast("Any", request).data, data)

    with pytest.raises(Fault) as caught:
        from_message(request)

    assert caught.value.message == message


@pytest.mark.parametrize(("name", "sent", "key"), _TOO_MANY, ids=["objects", "texts", "lists in lists"])
def test_items_of_lists_are_counted_before_they_are_read(name: str, sent: dict[str, Any], key: str) -> None:
    """All those of a request: a few bytes on the wire are an object each. As many as may be are read."""
    for way in (read, _over_the_wire):
        with pytest.raises(Fault) as caught:
            way(name, sent)

        reason = f"There must be at most {MOST_ITEMS} items in all lists."
        assert caught.value.message == f"Parameter is invalid. (key = {key}, reason = {reason})"
        assert way(_QUERY, {"query": {"filter": [{}] * MOST_ITEMS}})


def test_a_request_of_a_stranger_is_read_as_it_is_asked_for() -> None:
    """What is there is known before anything is made of it."""
    message = message_class(_CREATE)()
    fill(cast("Any", message).data, {"a": "\0"})

    request = unread(_CREATE, message.SerializeToString())

    assert ("data" in request, "webhook_id" in request, list(request), len(request)) == (True, False, ["data"], 1)
    with pytest.raises(Fault, match=r"key = data\.a, reason = must not hold a NUL character"):
        request["data"]


def test_a_text_outside_of_free_json_may_hold_no_nul() -> None:
    with pytest.raises(Fault, match="key = webhook_id"):
        _over_the_wire(_CREATE, {"webhook_id": "\0"})


def test_a_message_that_is_too_deep_is_told() -> None:
    """Readers of messages stop at a hundred levels."""
    inner = b""
    for _ in range(200):
        inner = b"\x0a" + bytes([len(inner) % 128 | 128, len(inner) // 128]) + inner

    with pytest.raises(Fault):
        parse(_CREATE, b"\x1a" + bytes([len(inner) % 128 | 128, len(inner) // 128]) + inner)


@given(rows=st.lists(st.fixed_dictionaries({"event_id": st.text(), "raw_data": _objects}), max_size=3))
def test_a_reply_is_what_the_library_makes_of_it(rows: list[dict[str, Any]]) -> None:
    """By hand or by the library, the message is the same."""
    reply = {"results": rows, "total_count": len(rows)}

    assert to_message(_EVENTS, reply) == ParseDict(reply, message_class(_EVENTS)())


def test_a_reply_has_every_kind_of_field() -> None:
    """Enums by name, 64 bits, messages, lists, and empty ones."""
    row = {
        "webhook_id": "webhook-1",
        "state": "DISABLED",
        "capability": {},
        "plugin_info": {"plugin_id": "p", "options": {"a": [1.0]}, "upgrade_mode": "AUTO"},
        "requests": {"total": 2**40, "error": 0},
        "domain_id": None,
    }

    message = to_message(_WEBHOOKS, {"results": [row, {}], "total_count": 2})

    first, second = MessageToDict(message, preserving_proto_field_name=True)["results"]
    assert first == {
        "webhook_id": "webhook-1",
        "state": "DISABLED",
        "capability": {},
        "plugin_info": {"plugin_id": "p", "options": {"a": [1]}, "upgrade_mode": "AUTO"},
        "requests": {"total": str(2**40)},
    }
    assert second == {}


def test_a_statistic_is_a_struct() -> None:
    reply = {"results": [{"severity": "INFO", "n": 31}, {}], "total_count": 2}

    assert MessageToDict(to_message(_STRUCT, reply)) == reply


def test_a_reply_with_an_unknown_name_is_a_bug() -> None:
    with pytest.raises(KeyError):
        to_message(_EVENTS, {"rows": []})


def test_an_integer_beyond_a_double_is_the_largest_double() -> None:
    """A client could not even read an infinity."""
    shown = MessageToDict(to_message(_STRUCT, {"up": _VAST, "down": -_VAST, "exact": 2**64}))

    assert shown == {"up": 1.7976931348623157e308, "down": -1.7976931348623157e308, "exact": 2.0**64}


@pytest.mark.parametrize("levels", [1, 30, 31, 32, 100, 150])
def test_an_event_that_is_too_deep_spoils_no_list(levels: int) -> None:
    """What a message has no room for is shown as the text that it was; clients can read the rest."""
    reply = {"results": [{"raw_data": _nested(levels)}], "total_count": 1}

    raw = to_message(_EVENTS, reply).SerializeToString()

    read_again: Any = message_class(_EVENTS).FromString(raw)
    assert read_again.total_count == 1
    if levels <= 30:
        assert MessageToDict(read_again.results[0].raw_data) == _nested(levels)


def test_json_has_64_bits_as_text() -> None:
    """And only those; what is not there is not invented."""
    row = {"webhook_id": "w", "state": "ENABLED", "requests": {"total": 24, "error": 3}}

    assert render(_WEBHOOKS, {"results": [row, {"webhook_id": "x"}], "total_count": 2}) == {
        "results": [{**row, "requests": {"total": "24", "error": "3"}}, {"webhook_id": "x"}],
        "total_count": 2,
    }
    assert render(f"{PACKAGE}.WebhookInfo", row)["requests"] == {"total": "24", "error": "3"}


def test_json_lists_have_both_of_their_members() -> None:
    """Also an empty one; what is no list has none."""
    assert render(_EVENTS, {}) == {"results": [], "total_count": 0}
    assert render(_STRUCT, {}) == {}
    assert render("google.protobuf.Empty", {}) == {}


def test_the_pool_is_its_own() -> None:
    """Another definition of the same names in this process is nobody's business here."""
    assert message_class(_QUERY).DESCRIPTOR.file.pool is POOL
