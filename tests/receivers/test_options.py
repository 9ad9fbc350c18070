import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

import pytest

from tests.receivers.payloads import SUBSCRIPTION
from tests.receivers.said import failure, reading, signal
from whence.domain.signal import Resource
from whence.receivers import Reading, UnknownOption, WrongOption, check

DIRECT: Final = ("direct", "plugin-of-somebody")
EVENT: Final = {"event_key": "k", "title": "t"}


@pytest.mark.parametrize(
    ("receivers", "options"),
    [
        (("alertmanager", "grafana", "aws_sns", *DIRECT), {}),
        *[
            (("alertmanager", "grafana", "aws_sns", *DIRECT), {"duplicate_event_time": seconds})
            for seconds in (0, 600, -1, 600.0, 10**30)
        ],
        (("grafana",), {"message_root": "Message"}),
        (DIRECT, {"load_json": ["Message", "a.b"], "confirm_url": "SubscribeURL"}),
        (DIRECT, {"load_json": [], "convert_data": {}, "confirm_url": ""}),
        (DIRECT, {"convert_data": {"title": "t", "resource": {"name": "n"}, "additional_info": {"a": "{{ b }}"}}}),
    ],
)
def test_good_options_pass(receivers: tuple[str, ...], options: Mapping[str, object]) -> None:
    for receiver in receivers:
        check(receiver, options)


@pytest.mark.parametrize(
    ("receiver", "key"),
    [
        ("direct", "colour"),
        ("direct", "message_root"),
        ("plugin-of-somebody", "message_root"),
        *[
            (receiver, key)
            for receiver in ("alertmanager", "grafana", "aws_sns")
            for key in ("load_json", "confirm_url")
        ],
        ("alertmanager", "message_root"),
    ],
)
def test_an_option_that_a_receiver_does_not_have_is_refused(receiver: str, key: str) -> None:
    with pytest.raises(UnknownOption) as refusal:
        check(receiver, {"duplicate_event_time": 1, key: "x"})

    assert refusal.value.key == key


WRONG: Final[list[tuple[str, object, str]]] = [
    ("load_json", "Message", "list"),
    ("load_json", {}, "list"),
    ("load_json", None, "list"),
    ("load_json", 7, "list"),
    ("load_json", ["a", 7], "list"),
    ("load_json", [["a"]], "list"),
    ("convert_data", "t", "dict"),
    ("convert_data", [], "dict"),
    ("convert_data", None, "dict"),
    ("convert_data", {"title": 7}, "dict"),
    ("convert_data", {"title": {"a": "b"}}, "dict"),
    ("convert_data", {"resource": {"name": 7}}, "dict"),
    ("confirm_url", 7, "str"),
    ("confirm_url", [], "str"),
    ("confirm_url", None, "str"),
    ("duplicate_event_time", "600", "int"),
    ("duplicate_event_time", None, "int"),
    ("duplicate_event_time", True, "int"),
    ("duplicate_event_time", 1.5, "int"),
    ("duplicate_event_time", float("inf"), "int"),
    ("duplicate_event_time", float("nan"), "int"),
    ("duplicate_event_time", [], "int"),
]


@pytest.mark.parametrize(("key", "value", "expected"), WRONG)
def test_a_value_of_the_wrong_type_is_refused(key: str, value: object, expected: str) -> None:
    with pytest.raises(WrongOption) as refusal:
        check("direct", {key: value})

    assert (refusal.value.key, refusal.value.expected) == (key, expected)


def test_message_root_is_a_text() -> None:
    with pytest.raises(WrongOption) as refusal:
        check("grafana", {"message_root": ["Message"]})

    assert (refusal.value.key, refusal.value.expected) == ("message_root", "str")


def test_texts_at_paths_are_read_as_json() -> None:
    """In their order, so that a later one may lead into an earlier; the body itself stays as it came."""
    inner = {"list": [json.dumps({"resources": ["r"]})]}
    body = {"data": {**EVENT, "additional_info": json.dumps(inner)}, "n": 1}
    before = deepcopy(body)

    said = signal(
        "direct", body, load_json=["data.additional_info", "data.additional_info.list.0", "n", "absent.path", "data.9"]
    )

    assert said.info == {"list": "[{'resources': ['r']}]"}
    assert body == before


def test_an_event_may_be_a_text() -> None:
    assert signal("direct", {"data": json.dumps(EVENT)}, load_json=["data"]).key == "k"


@pytest.mark.parametrize(
    "text", ["", "words", "{", '{"a": "\\u0000"}', '{"\\u0000": 1}', '"\\ud800"', "NaN", "[" * 10_000]
)
def test_a_text_that_is_no_json_is_a_failure(text: str) -> None:
    """Nor what cannot be stored, or is too deep."""
    assert failure("direct", {**EVENT, "description": text}, load_json=["description"]) == "load_json:not_json"


def test_texts_inside_of_texts_do_not_go_beyond_the_depth() -> None:
    """Each may be as deep as a body may be, but not all together."""
    inner = "[" * 150 + "]" * 150
    outer = json.dumps({"a": inner})
    body: dict[str, Any] = {**EVENT, "additional_info": {"b": "[" * 60 + json.dumps(outer) + "]" * 60}}
    way = "additional_info.b" + ".0" * 60

    assert signal("direct", body, load_json=["additional_info.b", way]).key == "k"
    assert failure("direct", body, load_json=["additional_info.b", way, way + ".a"]) == "load_json:too_deep"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"SubscribeURL": " https://example.com/confirm "}, "SubscribeURL"),
        ({"a": [{"b": "https://example.com/confirm"}]}, "a.0.b"),
    ],
)
def test_an_address_at_its_path_is_a_handshake(body: Mapping[str, Any], path: str) -> None:
    assert reading("direct", {**EVENT, **body}, confirm_url=path) == Reading(handshake="https://example.com/confirm")


def test_a_handshake_needs_no_json() -> None:
    """The message of a handshake is words, where those of other messages are to be read."""
    said = reading("direct", SUBSCRIPTION, load_json=["Message"], confirm_url="SubscribeURL")

    assert said == Reading(handshake=SUBSCRIPTION["SubscribeURL"])


@pytest.mark.parametrize("body", [{}, {"url": ""}, {"url": " "}, {"url": None}, {"url": 7}, {"url": {"a": "b"}}])
def test_without_an_address_it_is_an_event(body: Mapping[str, Any]) -> None:
    assert signal("direct", {**EVENT, **body}, confirm_url="url").key == "k"


def test_an_event_is_built_from_templates() -> None:
    """Placeholders alone mean something; nothing is escaped."""
    body = {
        "id": 7.0,
        "host": {"name": "<db1> & co", "ips": ["192.0.2.17"], "up": True, "gone": None},
        "when": "2026-03-04T08:15:30Z",
        "orgId": 1,
    }
    templates = {
        "event_key": "host-{{ id }}",
        "title": "{{host.name}} at {{ host.ips.0 }}{{ absent.path }} {{ 1 + 1 }}{% if x %} { {{host.up}} }",
        "description": "{{ host.gone }} {{ host.ips }} {{ {a} }}",
        "severity": "{{ absent }}",
        "event_type": "recovery",
        "occurred_at": "{{ when }}",
        "resource": {"name": "{{ host.name }}", "resource_type": " {{ absent }} "},
        "resources": "rack",
        "additional_info": {"up": "{{ host.up }}", "a.b": "x"},
        "colour": "{{ host }}",
    }

    said = signal("plugin-of-somebody", body, convert_data=templates)

    assert said.key == "host-7"
    assert said.title == "<db1> & co at 192.0.2.17 {% if x %} { True }"
    assert said.description == "None ['192.0.2.17'] {{ {a} }}"
    assert (said.kind, said.grade) == ("RECOVERY", "NONE")
    assert said.resource == Resource(name="<db1> & co")
    assert said.resources == ("rack", "<db1> & co")
    assert said.info == {"up": "True", "a.b": "x"}
    assert said.occurred_at is not None


def test_templates_that_render_to_nothing_are_not_there() -> None:
    assert failure("direct", EVENT, convert_data={"event_key": "{{ absent }}", "title": "t"}) == "event_key:missing"


def test_templates_see_what_was_read_as_json() -> None:
    body = {"m": json.dumps({"id": "x"})}

    assert signal("direct", body, load_json=["m"], convert_data={"event_key": "{{ m.id }}", "title": "t"}).key == "x"


@pytest.mark.parametrize(
    "templates",
    [
        {"event_key": "k", "title": "{{ text }}" * 11},
        {"event_key": "k", "title": "t", "additional_info": {str(n): "{{ text }}" * 10 for n in range(11)}},
    ],
)
def test_what_templates_become_is_bounded(templates: dict[str, object]) -> None:
    """Each of them, and all together."""
    assert failure("direct", {"text": "a" * 10_000}, convert_data=templates) == "convert_data:too_long"
