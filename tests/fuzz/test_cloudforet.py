"""Whatever is asked, posted or called: an answer in the dialect's own words, over REST and over gRPC."""

import json
from collections.abc import Generator, Mapping
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message_factory import GetMessageClass
from grpc import StatusCode, insecure_channel
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.acceptance.server import Server
from tests.fuzz.questions import queries, statistics
from tests.receivers.payloads import ALARM, EVENT, HEALTH, LEGACY, SUBSCRIPTION, UNIFIED, group, labelled
from tests.walls.cloudforet import RPCS
from tests.walls.reflected import Client, Ended
from tests.walls.speech import SPEECH
from whence.domain.access import Right

_PLUGINS: Final = (
    "plugin-prometheus-mon-webhook", "plugin-grafana-mon-webhook", "plugin-aws-sns-mon-webhook",
    "plugin-api-direct-mon-webhook", "plugin-of-somebody",
)  # fmt: skip
_BODIES: Final[tuple[Mapping[str, Any], ...]] = (
    ALARM, EVENT, HEALTH, LEGACY, SUBSCRIPTION, UNIFIED, group(), labelled(severity="page", alertname="x"),
)  # fmt: skip
_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_STORABLE: Final = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
_POSTS: Final = st.binary(max_size=60) | (
    _VALUES
    | st.sampled_from(_BODIES).flatmap(
        lambda body: st.dictionaries(st.sampled_from(sorted(body)), _VALUES, max_size=3).map(
            lambda new: {**body, **new}
        )
    )
).map(lambda value: json.dumps(value).encode())
_NAMED_TWICE: Final = {
    "aggregate": [{"project": {"fields": [{"k": "additional_info.a", "n": "n"}, {"k": "k", "n": "n", "o": "sum"}]}}]
}
_NEVER: Final = frozenset({StatusCode.INTERNAL, StatusCode.UNKNOWN, StatusCode.UNAVAILABLE, StatusCode.CANCELLED})
_BOUNDED: Final = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def token(whence: Server) -> str:
    """Of an account of the module's, which has a little of everything."""
    account = f"cloudforet-{uuid4()}"
    with whence.client() as root:
        root.post("/v1/accounts", json={"name": account}).raise_for_status()
        asked = {"name": "fuzz", "account": account, "rights": [Right.ADMIN]}
        made: str = root.post("/v1/tokens", json=asked).raise_for_status().json()["token"]
    with whence.client(made) as client:
        for plugin in _PLUGINS:
            address = _webhook(client, plugin)
            for body in _BODIES:
                client.post(address, json=body).raise_for_status()
            nested = {
                "event_key": "k",
                "title": "é a",
                "additional_info": {"a": {"b": [1, None]}, "a.b": "x", "$": 1.5},
            }
            client.post(address, json=nested).raise_for_status()
        rule = {
            "conditions_policy": "ALWAYS",
            "actions": {"no_notification": True},
            "resource_group": "PROJECT",
            "project_id": "project-1",
        }
        client.post("/monitoring/event-rule/create", json=rule).raise_for_status()
    return made


@pytest.fixture(scope="module")
def client(whence: Server, token: str) -> Generator[httpx.Client]:
    """Speaks REST."""
    with whence.client(token) as client:
        yield client


@pytest.fixture(scope="module")
def rpc(whence: Server) -> Generator[Client]:
    """Speaks gRPC."""
    with insecure_channel(f"127.0.0.1:{whence.grpc_port}") as channel:
        yield Client(channel)


@pytest.fixture(scope="module")
def addresses(client: httpx.Client) -> dict[str, str]:
    """A webhook of each plugin, by its path."""
    return {plugin: _webhook(client, plugin) for plugin in _PLUGINS}


def _webhook(client: httpx.Client, plugin: str) -> str:
    asked = {"name": f"{uuid4()}", "plugin_info": {"plugin_id": plugin}, "project_id": "project-1"}
    made = client.post("/monitoring/webhook/create", json=asked).raise_for_status().json()
    return httpx.URL(made["webhook_url"]).path


def _assert_answered(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    assert answer.is_success or SPEECH["cloudforet"].refuses(answer), answer.text


def _assert_ended(end: Ended) -> None:
    assert end.status not in _NEVER, end.told
    assert end.status is StatusCode.OK or end.told.startswith("ERROR_"), end.told


@pytest.mark.parametrize("service", ["event", "alert", "event-rule", "webhook", "project-alert-config"])
@given(query=queries)
@example(query={"filter": [{"k": "additional_info.a", "v": [], "o": "in"}]})
@example(query={"filter_or": [{"k": "additional_info.a", "v": [], "o": "contain_in"}]})
@_BOUNDED
def test_any_query_is_answered_or_refused(client: httpx.Client, service: str, query: Mapping[str, Any]) -> None:
    """[CF6] Rows and how many there are, or what is wrong with the question: never a fault of ours."""
    answer = client.post(f"/monitoring/v1/{service}/list", json={"query": query})

    _assert_answered(answer)
    if answer.is_success:
        found = answer.json()
        assert found.keys() == {"results", "total_count"}
        limit = query.get("page", {}).get("limit") or 1000
        assert len(found["results"]) <= min(limit, found["total_count"])
        assert not (query.get("count_only") and found["results"])


@pytest.mark.parametrize("service", ["event", "alert", "event-rule", "webhook", "project-alert-config"])
@given(query=statistics)
@example(query=_NAMED_TWICE)
@_BOUNDED
def test_any_statistics_are_answered_or_refused(client: httpx.Client, service: str, query: Mapping[str, Any]) -> None:
    """[CF6] The same of what is computed."""
    answer = client.post(f"/monitoring/{service}/stat", json={"query": query})

    _assert_answered(answer)
    if answer.is_success:
        assert answer.json().keys() - {"total_count"} == {"results"}


@pytest.mark.parametrize("plugin", _PLUGINS)
@given(body=_POSTS)
@example(body=b"")
@example(body=b"[" * 5000)
@example(body=b'{"event_key": "\\ud800", "title": "\\u0000"}')
@example(body=b'{"event_key": "k", "title": 1e400}')
@example(body=b'{"alerts": [{"startsAt": "0001-01-01T00:00:00+14:00", "labels": {"a": "b"}}]}')
@_BOUNDED
def test_whatever_a_monitor_posts_is_answered(
    addresses: dict[str, str], whence: Server, plugin: str, body: bytes
) -> None:
    """[CF2] An object that can be stored is taken, whatever it says: what cannot be read is an event."""
    with whence.client(None) as monitor:
        answer = monitor.post(addresses[plugin], content=body)

    _assert_answered(answer)
    assert answer.status_code == 400 or (answer.status_code, answer.text) == (200, "{}")


@pytest.mark.parametrize("name", RPCS)
@given(sent=st.binary(max_size=80))
@example(sent=b"\x0a\xff\xff\xff\xff\x0f")
@example(sent=b"\x0a\x02\xff\xfe")
@settings(_BOUNDED, max_examples=30)
def test_any_bytes_of_a_call_are_answered(rpc: Client, token: str, name: str, sent: bytes) -> None:
    """A message or none: the status is never that of a fault of ours, and the details begin with a code."""
    _assert_ended(rpc.raw(name, sent, token))


@given(query=queries)
@_BOUNDED
def test_a_call_is_answered_as_rest_answers_it(
    rpc: Client, client: httpx.Client, token: str, query: Mapping[str, Any]
) -> None:
    """[CF1] One question, two transports: as many rows, or the same code and words."""
    asked = {"query": query}
    method = rpc.methods["Event.list"]
    try:
        sent: Any = ParseDict(asked, GetMessageClass(method.input_type)())
    except ParseError:  # what the message cannot say is refused by REST alone
        assert client.post("/monitoring/event/list", json=asked).status_code == 400
        return

    end = rpc.raw("Event.list", sent.SerializeToString(), token)
    answer = client.post("/monitoring/event/list", json=asked)

    _assert_ended(end)
    if answer.is_success:
        told = json.loads(end.told)
        assert (told.get("total_count", 0), len(told.get("results", ()))) == (
            answer.json()["total_count"],
            len(answer.json()["results"]),
        )
    else:
        detail = answer.json()["detail"]
        assert end.told == f"{detail['code']}: {detail['message']}"


@given(data=st.dictionaries(_STORABLE, _STORABLE | st.integers() | st.none(), max_size=5))
@settings(_BOUNDED, max_examples=40)
def test_any_struct_is_an_event(rpc: Client, addresses: dict[str, str], data: Mapping[str, Any]) -> None:
    """[CF2] The same over gRPC: what has no key and no title is stored as what could not be read."""
    _, webhook_id, access_key, _ = addresses["plugin-api-direct-mon-webhook"].rsplit("/", 3)

    end = rpc.call("Event.create", {"webhook_id": webhook_id, "access_key": access_key, "data": data}, None)

    assert end == Ended(status=StatusCode.OK, told="{}")
