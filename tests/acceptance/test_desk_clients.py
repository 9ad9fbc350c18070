"""The vendor's Python client, as it is published: only its base URL and its token are ours."""

import re
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from tests.acceptance.clients.dt.calls import PythonClient, Raised
from tests.acceptance.clients.install import Installed, install
from tests.acceptance.server import Server, await_fact

pytestmark = pytest.mark.timeout(300)  # the first run on a machine installs the client

_HOST: Final = "HOST-1234567890ABCDEF"
_SERVICE: Final = "SERVICE-00AA11BB22CC33DD"
_COLD_ROOM: Final = "CUSTOM_DEVICE-D3D193D4437AC1EA"
_EDGE_SENSORS: Final = "CUSTOM_DEVICE_GROUP-5F9746CEA898EA53"

_SECONDS: Final = 30.0  # from an event to its problem

_INFORMATION: Final[Mapping[str, Mapping[str, Any]]] = {
    "CUSTOM_ANNOTATION": {"annotation_type": "maintenance", "annotation_description": "Defrosting"},
    "CUSTOM_INFO": {"description": "Load test, step 2"},
    "MARKED_FOR_TERMINATION": {"description": "Spot instance taken back"},
}
_UNNAMED: Final[Mapping[str, set[str]]] = {  # the client has no argument for what the matrix requires of these
    "CUSTOM_CONFIGURATION": {"configuration", "description"},
    "CUSTOM_DEPLOYMENT": {"deploymentName", "deploymentVersion"},
}
_OPENING: Final[Mapping[str, str]] = {  # by the spelling of v1: that of v2
    "AVAILABILITY_EVENT": "AVAILABILITY_EVENT",
    "CUSTOM_ALERT": "CUSTOM_ALERT",
    "ERROR_EVENT": "ERROR_EVENT",
    "PERFORMANCE_EVENT": "PERFORMANCE_EVENT",
    "RESOURCE_CONTENTION": "RESOURCE_CONTENTION_EVENT",
}


@pytest.fixture(scope="module")
def installed() -> Installed:
    return install("dt")


@pytest.fixture
def connect(installed: Installed, shared: Server, tenant_token: Callable[..., str]) -> Callable[..., PythonClient]:
    """Starts the client with a token that has these options of the dialect."""

    def start(**options: str) -> PythonClient:
        return PythonClient(installed, shared.url, tenant_token(desk=options))

    return start


@pytest.fixture
def client(connect: Callable[..., PythonClient]) -> Generator[PythonClient]:
    with connect() as client:
        yield client


def _opened(client: PythonClient, event_type: str = "ERROR_EVENT", **fields: Any) -> Any:  # noqa: ANN401  JSON
    given = {"entity_id": _SERVICE, "source": "batch-runner", "title": "Queue backlog over limit"}
    answer = client("events.create_event", event_type=event_type, **{**given, "description": "long", **fields})
    assert answer["status"] == 200
    return answer["body"]


@pytest.mark.parametrize("event_type", _INFORMATION)
def test_an_information_event_is_stored_and_read_back_closed(client: PythonClient, event_type: str) -> None:
    """[DE1] Every optional field of the body is an explicit null."""
    answer = client(
        "events.create_event", event_type=event_type, entity_id=_HOST, source="FacilityDesk", **_INFORMATION[event_type]
    )

    assert answer["status"] == 200
    [event_id], [stored] = answer["body"]["storedEventIds"], answer["body"]["storedIds"]
    assert answer["body"]["storedCorrelationIds"] == []
    assert re.fullmatch(rf"{event_id}_\d{{13}}", stored)
    event = client("events_v2.get", event_id=stored)
    assert (event["event_type"], event["status"]) == (event_type, "CLOSED")
    assert event["end_time"] == event["start_time"]


@pytest.mark.parametrize("event_type", _UNNAMED)
def test_what_the_client_cannot_name_is_refused_or_on_request_accepted(
    connect: Callable[..., PythonClient], event_type: str
) -> None:
    """The matrix of required fields is in force, unless the token is lenient."""
    given = {"event_type": event_type, "entity_id": _HOST, "source": "buildbot"}

    with connect() as strict, pytest.raises(Raised, match="Constraints violated") as refused:
        strict("events.create_event", **given)
    with connect(strict="false") as lenient:
        accepted = lenient("events.create_event", **given)

    assert set(re.findall(r'"path": ?"(\w+)"', str(refused.value))) == _UNNAMED[event_type]
    assert len(accepted["body"]["storedIds"]) == 1


@pytest.mark.parametrize("event_type", _OPENING)
def test_a_problem_opening_event_is_open_until_it_is_no_longer_refreshed(client: PythonClient, event_type: str) -> None:
    """[DE4] A refresh has the same correlation id, the same event and the new description."""
    opened = _opened(client, event_type, description="12,400 messages wait", timeout_minutes=30)
    refreshed = _opened(client, event_type, description="15,000 messages wait", timeout_minutes=30)

    assert opened["storedEventIds"] == opened["storedIds"] == []
    [correlation] = opened["storedCorrelationIds"]
    assert re.fullmatch("[0-9a-f]{16}", correlation)
    assert refreshed["storedCorrelationIds"] == [correlation]
    [event] = client("events_v2.list", event_selector=f'status("OPEN"),correlationId("{correlation}")')
    assert event["event_type"] == _OPENING[event_type]
    assert (event["status"], event["end_time"]) == ("OPEN", None)
    assert event["entity_id"]["entity_id"] == {"id": _SERVICE, "type": "SERVICE"}
    assert {"key": "dt.event.description", "value": "15,000 messages wait"} in event["properties"]
    assert event["title"] == "Queue backlog over limit"


def test_the_times_of_the_client_are_kept(client: PythonClient) -> None:
    """It sends whole seconds as milliseconds; the oldest is almost 30 days ago."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(days=29)
    start = end - timedelta(minutes=10)

    stored = client(
        "push",
        event_type="CUSTOM_INFO",
        entity_ids=[_HOST],
        source="perf-lab",
        description="Load test",
        start=start.isoformat(),
        end=end.isoformat(),
        custom_properties={"Approved by": "release board", "changes": 14},
    )["body"]["storedIds"]

    event = client("events_v2.get", event_id=stored[0])
    assert (event["start_time"], event["end_time"]) == (start.isoformat(), end.isoformat())
    assert {"key": "changes", "value": "14"} in event["properties"]


def test_tag_rules_with_tags_as_plain_strings_find_their_entities(client: PythonClient) -> None:
    """[DE3] Tags of one rule are joined by and; every entity has an event of its own."""
    ids = [
        client("register", device_id=f"room-{n}", group="edge-sensors", display_name=f"Room {n}", tags=tags)["body"]
        for n, tags in enumerate((["cold-chain", "stage:prod"], ["cold-chain", "stage:prod"], ["cold-chain"]))
    ]
    rule = {"meTypes": ["CUSTOM_DEVICE"], "tags": ["cold-chain", "stage:prod"]}

    answer = client("push", event_type="CUSTOM_INFO", source="FacilityDesk", description="Power cut", tag_rules=[rule])

    assert len(answer["body"]["storedIds"]) == 2
    found = [client("events_v2.get", event_id=stored) for stored in answer["body"]["storedIds"]]
    hit = {event["entity_id"]["entity_id"]["id"] for event in found}
    assert hit == {device["entityId"] for device in ids[:2]}
    assert {tag["string_representation"] for tag in found[0]["entity_tags"]} == {"cold-chain", "stage:prod"}


def test_no_match_is_told_as_scripts_expect_it(client: PythonClient) -> None:
    rule = {"meTypes": ["HOST", "SERVICE"], "tags": ["lane:green"]}

    with pytest.raises(Raised, match=r"No entity IDs match.*HOST, SERVICE.*lane:green"):
        client("push", event_type="CUSTOM_INFO", source="perf-lab", description="Load test", tag_rules=[rule])

    assert client("events_v2.list") == []


def test_what_is_refused_has_no_effect_however_often_the_client_repeats_it(
    installed: Installed, shared: Server, tenant_token: Callable[..., str]
) -> None:
    """[DE2] It may be told to repeat a POST after any error, those of 400 included."""
    rule = {"meTypes": ["HOST"], "tags": ["lane:green"]}
    event = {"event_type": "CUSTOM_INFO", "source": "perf-lab", "description": "Load test"}

    with PythonClient(installed, shared.url, tenant_token(), retries=2) as client:
        for refused in ({**event, "tag_rules": [rule]}, {**event, "event_type": "NOTHING", "entity_ids": [_HOST]}):
            with pytest.raises(Raised, match=r"<Response .400.>"):
                client("push", **refused)

        assert client("events_v2.list") == []
        assert client("entities.list", entity_selector="type(HOST)") == []


@pytest.mark.parametrize("event_type", ["", "CUSTOM_INFO"])
def test_all_pages_are_read_once(client: PythonClient, event_type: str) -> None:
    """From the second page on the client sends `nextPageKey` alone, whatever else it was asked."""
    stored = {
        client("events.create_event", event_type="CUSTOM_INFO", entity_id=_HOST, source="ci", description=str(n))[
            "body"
        ]["storedIds"][0]
        for n in range(5)
    }
    _opened(client)
    asked = {"event_selector": f'eventType("{event_type}")'} if event_type else {}

    events = client("events_v2.list", page_size=2, **asked)

    ids = [event["event_id"] for event in events]
    assert len(ids) == len(set(ids)) == (5 if event_type else 6)
    assert stored <= set(ids)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"time_from": "now-1h"}, {"HOST", "SERVICE"}),
        ({"time_from": "now-1w/d", "time_to": "now-1d"}, set[str]()),
        ({"entity_selector": 'type("HOST")'}, {"HOST"}),
        ({"entity_selector": f'entityId("{_SERVICE}","SERVICE-FFFFFFFFFFFFFFFF")'}, {"SERVICE"}),
        ({"event_selector": 'status("OPEN")'}, {"SERVICE"}),
        ({"event_selector": 'eventType("CUSTOM_INFO"),status("CLOSED")'}, {"HOST"}),
    ],
)
def test_events_are_selected_as_the_client_asks(client: PythonClient, asked: dict[str, str], found: set[str]) -> None:
    """Whatever the client leaves out it does not send."""
    client("events.create_event", event_type="CUSTOM_INFO", entity_id=_HOST, source="ci", description="Load test")
    _opened(client)

    events = client("events_v2.list", **asked)

    assert {event["entity_id"]["entity_id"]["type"] for event in events} == found


def test_a_selector_that_cannot_be_read_is_refused(client: PythonClient) -> None:
    with pytest.raises(Raised, match=r"<Response .400.>.*eventSelector"):
        client("events_v2.list", event_selector='colour("red")')


def test_the_client_knows_every_type_of_event_that_there_is(client: PythonClient) -> None:
    """It has an enumeration of severities, and fails on any other."""
    types = {one["type"]: one for one in client("events_v2.list_types", page_size=4)}

    assert types.keys() >= {*_OPENING.values(), *_INFORMATION, *_UNNAMED}
    assert types["CUSTOM_INFO"]["severity_level"] == "INFO"
    assert client("events_v2.get_type", event_type="ERROR_EVENT") == types["ERROR_EVENT"]


def _in_a_problem(client: PythonClient, **asked: str) -> Any:  # noqa: ANN401  JSON
    """The one problem that is asked for, once it is there."""
    await_fact(lambda: client("problems.list", **asked), seconds=_SECONDS, what="the event is part of a problem")
    [problem] = client("problems.list", **asked)
    return problem


def test_a_problem_is_listed_shown_and_closed(client: PythonClient) -> None:
    """[PR14] The client fails on a level or a status that it does not know, and on a stub that lacks something."""
    _opened(client)
    fields = "evidenceDetails,impactAnalysis,recentComments"
    asked = {"problem_selector": 'status("open"),severityLevel("ERROR")', "time_from": "now-1h", "sort": "-startTime"}

    listed = _in_a_problem(client, **asked, fields=fields)
    shown = client("problems.get", problem_id=listed["problem_id"], fields=fields)
    result = client("problems.close", problem_id=listed["problem_id"], message="scaled out")
    over = client("problems.get", problem_id=listed["problem_id"], fields=fields)

    assert (listed["display_id"], listed["title"]) == ("P-1", "Queue backlog over limit")
    assert (listed["status"], listed["severity_level"], listed["impact_level"]) == ("OPEN", "ERROR", "SERVICES")
    assert listed["end_time"] is None
    assert listed["affected_entities"][0]["entity_id"] == {"id": _SERVICE, "type": "SERVICE"}
    assert listed["impact_analysis"]["impacts"][0]["impact_type"] == "SERVICE"
    [evidence] = listed["evidence_details"]["details"]
    assert (evidence["evidence_type"], evidence["event_type"]) == ("EVENT", "ERROR_EVENT")
    assert client("events_v2.get", event_id=evidence["event_id"])["title"] == "Queue backlog over limit"
    assert shown["problem_id"] == listed["problem_id"]
    assert (result["closing"], result["comment"]["content"]) == (True, "scaled out")
    assert (over["status"], over["end_time"]) == ("CLOSED", result["close_timestamp"])
    assert [comment["author"] for comment in over["recent_comments"]["comments"]] == ["token client"]
    assert client("problems.list", **asked) == []
    with pytest.raises(Raised, match=r"<Response .404.>"):
        client("problems.get", problem_id="5_1790000000000V2")


def test_all_pages_of_problems_are_read_once(client: PythonClient) -> None:
    """From the second page on the client sends `nextPageKey` alone."""
    for n in range(5):
        _opened(client, entity_id=f"HOST-{n:016}", title=str(n))
    await_fact(lambda: len(client("problems.list")) == 5, seconds=_SECONDS, what="each event is part of a problem")

    for asked in ({}, {"sort": "+startTime"}, {"problem_selector": "severityLevel(ERROR)"}):
        problems = client("problems.list", page_size=2, **asked)

        assert sorted(problem["title"] for problem in problems) == list("01234")


def test_what_is_said_of_a_problem(client: PythonClient) -> None:
    """[PR15] Said, listed over several pages, changed and removed."""
    _opened(client)
    problem_id = _in_a_problem(client)["problem_id"]
    about = {"problem_id": problem_id}

    added = [client("problems.add_comment", **about, message=text, context="chat") for text in ("one", "two", "three")]
    listed = client("problems.list_comments", **about, page_size=2)
    changed = client("problems.update_comment", **about, comment_id=listed[0]["id"], message="more")
    shown = client("problems.get_comment", **about, comment_id=listed[0]["id"])
    removed = client("problems.delete_comment", **about, comment_id=listed[1]["id"])

    assert [answer["status"] for answer in added] == [201, 201, 201]
    assert [comment["content"] for comment in listed] == ["three", "two", "one"]
    assert (changed["status"], removed["status"]) == (204, 204)
    assert (shown["content"], shown["context"], shown["author"]) == ("more", "chat", "token client")
    assert [comment["content"] for comment in client("problems.list_comments", **about)] == ["more", "one"]


def test_an_event_is_ingested_on_what_a_selector_finds(client: PythonClient) -> None:
    for n in range(2):
        client("register", device_id=f"probe-{n}", group="payments", display_name=f"Checkout {n}", tags=["lane:green"])

    ingested = client(
        "events_v2.ingest",
        event_type="CUSTOM_ALERT",
        title="Slow checkout",
        entity_selector='type(CUSTOM_DEVICE),tag("lane:green")',
        properties={"tool": "k-load", "dt.event.source": "perf-lab"},
    )
    nothing = client("events_v2.ingest", event_type="CUSTOM_INFO", title="x", entity_selector="type(HOST),tag(violet)")

    assert ingested["reportCount"] == 2
    assert [one["status"] for one in ingested["eventIngestResults"]] == ["OK", "OK"]
    correlations = {one["correlationId"] for one in ingested["eventIngestResults"]}
    assert {event["correlation_id"] for event in client("events_v2.list")} == correlations
    assert (nothing["reportCount"], nothing["eventIngestResults"]) == (0, [])


def test_a_custom_device_has_the_id_that_clients_compute(client: PythonClient) -> None:
    """v1 and v2 register the same device: what is new is said by the status of v2."""
    given = {"display_name": "Cold room 3", "group": "edge-sensors"}
    ids = {"entityId": _COLD_ROOM, "groupId": _EDGE_SENSORS}

    first = client("register_v2", custom_device_id="cold-room-3", **given)
    again = client("register_v2", custom_device_id="cold-room-3", **given, ip_addresses=["192.0.2.17"])
    v1 = client("register", device_id="cold-room-3", **given, tags=["cold-chain"])

    assert first == {"status": 201, "body": ids}
    assert again == {"status": 204, "body": None}
    assert v1 == {"status": 200, "body": ids}


@pytest.mark.parametrize("device_id", ["cold room 3", "rack:7", "Sonde-ä", "a b:c/d"])
def test_the_id_of_a_custom_device_is_any_text(client: PythonClient, device_id: str) -> None:
    """The first version has it in the path, where the client puts it as it is; the second in the body."""
    first = client("register", device_id=device_id, display_name="A device", group="edge-sensors")
    second = client("register_v2", custom_device_id=device_id, display_name="A device", group="edge-sensors")

    assert (first["status"], second["status"]) == (200, 204)


def test_entities_are_listed_and_shown(client: PythonClient) -> None:
    for n in range(3):
        client(
            "register", device_id=f"cold-room-{n}", group="edge-sensors", display_name=f"Cold room {n}", tags=["lab"]
        )

    listed = client(
        "entities.list",
        entity_selector='type("CUSTOM_DEVICE"),entityName.startsWith("cold room")',
        fields="+tags,+fromRelationships,+lastSeenTms",
        page_size=2,
        time_from="now-1h",
    )
    shown = client("entities.get", entity_id=listed[0]["entity_id"])

    assert sorted(entity["display_name"] for entity in listed) == ["Cold room 0", "Cold room 1", "Cold room 2"]
    for entity in (*listed, shown):
        assert entity["from_relationships"] == {"isInstanceOf": [{"id": _EDGE_SENSORS, "type": "CUSTOM_DEVICE_GROUP"}]}
        assert [(tag["context"], tag["key"]) for tag in entity["tags"]] == [("CONTEXTLESS", "lab")]
        assert entity["last_seen"]
    assert shown["first_seen"]


def test_hosts_of_any_origin_are_listed(client: PythonClient, shared: Server, tenant_token: Callable[..., str]) -> None:
    """The client fails on a host whose architecture it does not know, and on one that has none."""
    hosts = {
        "HOST-0000000000000001": {},
        "HOST-0000000000000002": {"osArchitecture": "ARM", "osType": "LINUX", "cpuCores": 8, "monitoringMode": "OFF"},
        "HOST-0000000000000003": {"osArchitecture": "RISCV", "monitoringMode": "SOME"},
    }
    drafts = [
        {"id": name, "type": "HOST", "name": name, "properties": properties} for name, properties in hosts.items()
    ]
    with shared.client(tenant_token()) as native:
        native.put("/v1/entities", json={"entities": drafts}).raise_for_status()
    client("events.create_event", event_type="CUSTOM_INFO", entity_id=_HOST, source="ci", description="Load test")

    listed = {host["entity_id"]: host for host in client("smartscape_hosts.list", page_size=2)}

    assert listed.keys() == {*hosts, _HOST}
    assert [listed[name]["os_architecture"] for name in (*hosts, _HOST)] == ["X86", "ARM", "X86", "X86"]
    told = listed["HOST-0000000000000002"]
    assert (told["os_type"], told["cpu_cores"], told["monitoring_mode"]) == ("LINUX", 8, "OFF")
    assert {host["network_zone_id"] for host in listed.values()} == {"default"}


def test_the_types_of_entities_are_listed(client: PythonClient) -> None:
    types = {one["type"]: one for one in client("entities.list_types", page_size=30)}

    assert types.keys() >= {"HOST", "SERVICE", "CUSTOM_DEVICE", "CLOUD_APPLICATION"}
    assert client("entities.get_type", entity_type="HOST") == types["HOST"]


def test_tags_are_put_on_listed_and_taken_off(client: PythonClient) -> None:
    """The client writes a truth as Python does: `deleteAllWithKey=True`."""
    client("register", device_id="cold-room-3", group="edge-sensors", display_name="Cold room 3")
    selector = f'entityId("{_COLD_ROOM}")'

    added = client("tag", entity_selector=selector, tags=[{"key": "lane", "value": "green"}, {"key": "blue"}])
    listed = client("custom_tags.list", entity_selector=selector)
    one = client("custom_tags.delete", entity_selector=selector, key="blue")
    every = client("custom_tags.delete", entity_selector=selector, key="lane", delete_all_with_key=True)

    assert added["matched_entities_count"] == one["matched_entities_count"] == every["matched_entities_count"] == 1
    assert sorted(tag["string_representation"] for tag in listed) == ["blue", "lane:green"]
    assert client("custom_tags.list", entity_selector=selector) == []


def test_the_client_reads_the_clock_and_looks_a_token_up(
    client: PythonClient, tenant_token: Callable[..., str]
) -> None:
    asked = tenant_token()

    clock = datetime.fromisoformat(client("cluster_time.time")).replace(tzinfo=UTC)
    known = client("tokens.lookup", token=asked)

    assert abs(clock - datetime.now(UTC)) < timedelta(minutes=1)
    assert (known["name"], known["enabled"]) == ("client", True)
    assert {"DataExport", "events.ingest", "events.read"} <= set(known["scopes"])
    with pytest.raises(Raised, match=r"<Response .404.>"):
        client("tokens.lookup", token="dt0c01.UNKNOWN.NOBODY")


def test_a_bad_token_is_refused(installed: Installed, shared: Server) -> None:
    with (
        PythonClient(installed, shared.url, "dt0c01.UNKNOWN.NOBODY") as stranger,
        pytest.raises(Raised, match=r"<Response .401.>.*Token Authentication failed"),
    ):
        stranger("events.create_event", event_type="CUSTOM_INFO", entity_id=_HOST, source="ci", description="x")


def test_the_address_of_a_managed_environment_is_served_as_well(
    installed: Installed, shared: Server, tenant_token: Callable[..., str]
) -> None:
    with PythonClient(installed, f"{shared.url}/e/acme/", tenant_token()) as client:
        _opened(client)

        [event] = client("events_v2.list", event_selector='status("OPEN")')

    assert event["title"] == "Queue backlog over limit"
