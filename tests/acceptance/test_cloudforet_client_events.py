"""What people do with the vendor's command-line client: they read events, post some, and keep webhooks and alerts."""

import csv
import json
import shlex
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.acceptance.clients.install import install
from tests.acceptance.clients.spacectl.calls import Printed, Program, Spacectl
from tests.acceptance.server import Server

pytestmark = pytest.mark.timeout(300)  # the first run on a machine installs the client

Json = dict[str, Any]

_DISK: Final = {
    "event_key": "disk-db1",
    "title": "Disk 91% on db1",
    "description": "/var is nearly full",
    "severity": "WARNING",
    "rule": "disk",
    "provider": "aws",
    "account": "257706363616",
    "resources": ["db1", "vol-7"],
    "additional_info": {"host": "db1", "used": 91},
    "occurred_at": "2026-03-04T17:15:00+09:00",
}
_DISK_OVER: Final = {
    **_DISK,
    "event_type": "RECOVERY",
    "title": "Disk 40% on db1",
    "occurred_at": "2026-03-04T09:15:00Z",
}
_CHECKOUT: Final = {
    "event_key": "checkout",
    "title": "Checkout 5xx",
    "severity": "CRITICAL",
    "resources": ["checkout"],
    "additional_info": {"host": "web1"},
    "occurred_at": "2026-03-04T08:30:00Z",
}
_LOGIN: Final = {
    "event_key": "login",
    "title": "Anmeldung auf jump-02: “ops”",
    "severity": "INFO",
    "occurred_at": "2026-03-05T08:00:00Z",
}
_EVENTS: Final = (_DISK, _CHECKOUT, _DISK_OVER, _LOGIN)
_PLUGIN: Final = {"plugin_id": "plugin-api-direct-mon-webhook"}
_AT_ONCE: Final = 4  # commands: each gives up when the server has not greeted it within three seconds
_MINIMAL: Final = {"event_id", "event_key", "event_type", "title", "severity", "alert_id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """The client in an account of its own, with a webhook."""

    spacectl: Spacectl
    server: Server
    webhook: Json

    def __call__(self, line: str, *, body: object = None) -> Printed:
        """What the command did; the body goes along as JSON."""
        return self.spacectl(_line(line, body))

    def together(self, *lines: str) -> list[Printed]:
        """What commands did that do not depend on each other, in the order of the lines."""
        few = (lines[first : first + _AT_ONCE] for first in range(0, len(lines), _AT_ONCE))
        return [printed for some in few for printed in self.spacectl.together(*some)]

    def listed(self, line: str, *, body: object = None) -> list[Json]:
        """The rows that a listing prints as JSON."""
        return _rows(self(f"list {line} -o json", body=body))

    def titles(self, line: str, *, body: object = None) -> list[str]:
        """Those of the listed events."""
        return [row["title"] for row in self.listed(f"event {line}", body=body)]

    def post(self, *events: Json) -> None:
        """The events arrive, one after the other, as from a monitor."""
        path = f"/monitoring/v1/webhook/{self.webhook['webhook_id']}/{self.webhook['access_key']}/events"
        with self.server.client(None) as client:
            for event in events:
                client.post(path, json=event).raise_for_status()

    def create(self, **changed: object) -> Printed:
        """`exec create event`, with a good event and the webhook's key where nothing else is said."""
        known = {"webhook_id": self.webhook["webhook_id"], "access_key": self.webhook["access_key"], "data": _LOGIN}
        sent = {name: value for name, value in {**known, **changed}.items() if value is not None}
        return self("exec create event", body=sent)


@pytest.fixture(scope="session")
def program() -> Generator[Program]:
    """The client, loaded."""
    with Program(install("spacectl")) as program:
        yield program


@pytest.fixture
def terminal(program: Program, shared: Server, tenant_token: Callable[..., str], tmp_path: Path) -> Terminal:
    """The client of somebody who may do everything, in an account of the test's own."""
    return _terminal(program, shared, tmp_path, tenant_token())


@pytest.fixture(scope="module")
def filled(program: Program, shared: Server, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """The client in the account that has the four events; tests only read there."""
    made = shared.send("POST", "/v1/tokens", {"name": "reader", "rights": ["admin"]})
    terminal = _terminal(program, shared, tmp_path_factory.mktemp("filled"), made["token"])
    terminal.post(*_EVENTS)
    return terminal


def _terminal(program: Program, server: Server, home: Path, token: str) -> Terminal:
    spacectl = Spacectl(program, home, endpoint=f"grpc://127.0.0.1:{server.grpc_port}", token=token)
    wanted = {"name": "am", "plugin_info": _PLUGIN, "project_id": "project-shop"}
    return Terminal(spacectl=spacectl, server=server, webhook=spacectl(_line("exec create webhook", wanted)).value)


def _line(words: str, body: object) -> str:
    return words if body is None else f"{words} -j {shlex.quote(json.dumps(body))}"


def _rows(listed: Printed) -> list[Json]:
    """The rows that were printed as JSON; of none at all it prints an empty line."""
    return json.loads(listed.good.strip() or "{}").get("results", [])


def _filter(key: str, operator: str, value: object) -> Json:
    return {"query": {"filter": [{"k": key, "o": operator, "v": value}]}}


def test_events_are_listed_newest_first(filled: Terminal) -> None:
    """All of them, and all of their columns; the footer tells how many there are."""
    printed = filled("list event")
    everything = filled.titles("-a")

    assert [row["event_key"] for row in printed.rows] == ["login", "disk-db1", "checkout", "disk-db1"]
    assert [row["event_type"] for row in printed.rows] == ["ALERT", "RECOVERY", "ALERT", "ALERT"]
    assert " Count: 4 / 4" in printed.stdout
    assert everything == [event["title"] for event in reversed(_EVENTS)]


_EVERY: Final = ["checkout", "disk-db1", "disk-db1", "login"]
_CHOSEN_BY_PARAMETERS: Final[Mapping[str, list[str]]] = {
    "event_type=RECOVERY": ["disk-db1"],
    "severity=INFO": ["login"],
    "resource=vol-7": ["disk-db1", "disk-db1"],
    "provider=aws": ["disk-db1", "disk-db1"],
    "project_id=project-other": [],
    "domain_id=domain-000000000000": _EVERY,
    "webhook_id={webhook_id}": _EVERY,
    "workspace_id={workspace_id}": _EVERY,
    "severity=CRITICAL -p event_type=RECOVERY": [],
}


def test_parameters_choose_events(filled: Terminal) -> None:
    """`-p`; several hold together. No domain but the token's own can be named."""
    lines = [f"list event -o json -p {asked.format(**filled.webhook)}" for asked in _CHOSEN_BY_PARAMETERS]

    printed = filled.together(*lines)

    found = [sorted(row["event_key"] for row in _rows(one)) for one in printed]
    assert dict(zip(_CHOSEN_BY_PARAMETERS, found, strict=True)) == _CHOSEN_BY_PARAMETERS


_EITHER: Final = [{"key": "event_key", "value": key, "operator": "eq"} for key in ("login", "none")]
_CHOSEN_BY_QUERIES: Final[Sequence[tuple[Json, list[str]]]] = [
    (_filter("severity", "in", ["INFO", "CRITICAL"]), ["checkout", "login"]),
    (_filter("event_type", "not", "ALERT"), ["disk-db1"]),
    (_filter("title", "not_contain_in", ["jump", "disk"]), ["checkout"]),
    (_filter("additional_info.host", "exists", value=False), ["login"]),
    (_filter("additional_info.host", "eq", "web1"), ["checkout"]),
    (_filter("raw_data.additional_info.used", "gte", 91), ["disk-db1", "disk-db1"]),
    (_filter("occurred_at", "datetime_gte", "2026-03-05"), ["login"]),
    (_filter("created_at", "timediff_gt", "now - 1h"), _EVERY),
    ({"query": {"filter_or": _EITHER}}, ["login"]),
    ({"query": {"keyword": "CHECKOUT jump-02"}}, ["checkout", "login"]),
    ({"severity": "WARNING", **_filter("event_type", "eq", "ALERT")}, ["disk-db1"]),
    ({"query": {"page": {"start": 2, "limit": 2}, "sort": [{"key": "occurred_at"}]}}, ["checkout", "disk-db1"]),
]


def test_queries_choose_events(filled: Terminal) -> None:
    """`-j`, in the words of the query language."""
    printed = filled.together(*(_line("list event -o json", body) for body, _ in _CHOSEN_BY_QUERIES))

    found = [sorted(row["event_key"] for row in _rows(one)) for one in printed]
    asked = [body for body, _ in _CHOSEN_BY_QUERIES]
    assert list(zip(asked, found, strict=True)) == _CHOSEN_BY_QUERIES


def test_a_query_is_read_from_a_file(filled: Terminal, tmp_path: Path) -> None:
    """`-f`; JSON beside it goes first."""
    file = tmp_path / "asked.yml"
    file.write_text(yaml.safe_dump({"severity": "WARNING", **_filter("event_type", "eq", "ALERT")}), encoding="utf-8")

    assert filled.titles(f"-f {file}") == ["Disk 91% on db1"]
    assert filled.titles(f"-f {file}", body={"severity": "CRITICAL"}) == ["Checkout 5xx"]


def test_columns_are_those_that_were_asked_for(filled: Terminal) -> None:
    """`-c`, also inside of what the source said, and under other names."""
    rows = filled("list event -c title,additional_info.host,severity|Grade -s occurred_at").rows

    assert rows == [
        {"title": "Disk 91% on db1", "additional_info.host": "db1", "Grade": "WARNING"},
        {"title": "Checkout 5xx", "additional_info.host": "web1", "Grade": "CRITICAL"},
        {"title": "Disk 40% on db1", "additional_info.host": "db1", "Grade": "WARNING"},
        {"title": _LOGIN["title"], "additional_info.host": "", "Grade": "INFO"},
    ]


def test_a_limit_leaves_the_count(filled: Terminal) -> None:
    """`-l`: the footer tells of all that there are."""
    printed = filled("list event -l 3 -p project_id=project-shop")

    assert len(printed.rows) == 3
    assert " Count: 3 / 4" in printed.stdout


def test_events_are_sorted_both_ways(filled: Terminal) -> None:
    """`-s`, and `-s -` for the other way round."""
    assert filled.titles("-s occurred_at -l 2") == ["Disk 91% on db1", "Checkout 5xx"]
    assert filled.titles("-s -occurred_at -l 2") == [_LOGIN["title"], "Disk 40% on db1"]
    assert filled.titles("-s title")[:2] == [_LOGIN["title"], "Checkout 5xx"]


def test_minimal_rows_have_few_columns(filled: Terminal) -> None:
    assert {frozenset(row) for row in filled.listed("event -m")} == {frozenset(_MINIMAL)}


def test_a_listing_is_printed_in_every_form(filled: Terminal) -> None:
    """Table, JSON, YAML, CSV, and bare values for scripts."""
    asked = "list event -c title -s occurred_at -l 2"
    titles = ["Disk 91% on db1", "Checkout 5xx"]

    table, as_json, as_yaml, as_csv, quiet = filled.spacectl.together(
        asked, *(f"{asked} -o {form}" for form in ("json", "yaml", "csv", "quiet"))
    )

    assert [row["title"] for row in table.rows] == titles
    assert [row["title"] for row in json.loads(as_json.good)["results"]] == titles
    assert [row["title"] for row in yaml.safe_load(as_yaml.good)["results"]] == titles
    assert list(csv.reader(as_csv.good.splitlines())) == [["title"], *([title] for title in titles)]
    assert quiet.good.splitlines() == titles


def test_one_column_is_enough_for_scripts(filled: Terminal) -> None:
    """No column is added to the one that was asked for, whatever the rows are sorted by."""
    query = {"query": {"only": ["event_key"], "sort": [{"key": "occurred_at"}]}}

    printed = filled("list event -o quiet", body=query)

    assert printed.good.splitlines() == ["disk-db1", "checkout", "disk-db1", "login"]


def test_nothing_is_told_to_be_nothing(terminal: Terminal) -> None:
    assert terminal("list event").good.strip() == "NO DATA"


def test_one_event_is_shown_whole(filled: Terminal) -> None:
    """`get`: what was posted, what was made of it, and where it belongs."""
    (listed,) = filled.listed("event -p event_key=checkout -m")

    as_yaml = filled(f"get event -p event_id={listed['event_id']}").value
    as_json = filled("get event -o json", body={"event_id": listed["event_id"]}).value

    webhook = filled.webhook
    assert as_yaml == as_json
    assert as_yaml.items() >= listed.items()
    assert (
        as_yaml.items()
        >= {
            "event_type": "ALERT",
            "resources": ["checkout"],
            "additional_info": {"host": "web1"},
            "raw_data": _CHECKOUT,
            "occurred_at": "2026-03-04T08:30:00.000Z",
            "webhook_id": webhook["webhook_id"],
            "project_id": "project-shop",
            "workspace_id": webhook["workspace_id"],
            "domain_id": webhook["domain_id"],
        }.items()
    )


def test_events_may_be_many_megabytes(terminal: Terminal) -> None:
    """An answer has no bound: more than the 4 MiB that are the library's default."""
    big = "x" * 900_000
    terminal.post(*({**_LOGIN, "description": f"{n} {big}"} for n in range(3)))

    printed = terminal("list event -o json").good

    assert len(printed) > 4 * 1024 * 1024
    assert len(json.loads(printed)["results"]) == 3


_GROUPED: Final = {"keys": [{"key": "severity", "name": "severity"}], "fields": [{"name": "n", "operator": "count"}]}
_DAYS: Final = {
    "keys": [{"key": "occurred_at", "name": "day", "date_format": "%Y-%m-%d"}],
    "fields": [
        {"name": "n", "operator": "count"},
        {
            "name": "critical",
            "operator": "count",
            "conditions": [{"key": "severity", "value": "CRITICAL", "operator": "eq"}],
        },
    ],
}


_STATISTICS: Final[Sequence[tuple[Json, Json]]] = [
    ({"distinct": "severity"}, {"results": ["CRITICAL", "INFO", "WARNING"]}),
    ({"distinct": "resources"}, {"results": ["checkout", "db1", "vol-7"]}),
    ({"distinct": "severity", "page": {"start": 2, "limit": 1}}, {"results": ["INFO"], "total_count": 3}),
    (
        {"aggregate": [{"group": _GROUPED}, {"sort": [{"key": "n", "desc": True}, {"key": "severity"}]}]},
        {"results": [{"severity": s, "n": n} for s, n in (("WARNING", 2), ("CRITICAL", 1), ("INFO", 1))]},
    ),
    (
        {"aggregate": [{"group": _GROUPED}, {"sort": [{"key": "n", "desc": True}]}, {"limit": 1}]},
        {"results": [{"severity": "WARNING", "n": 2}]},
    ),
    ({"aggregate": [{"count": {"name": "total"}}]}, {"results": [{"total": 4}]}),
    (
        {"filter": [{"k": "event_type", "v": "ALERT", "o": "eq"}], "aggregate": [{"count": {"name": "total"}}]},
        {"results": [{"total": 3}]},
    ),
    (
        {"aggregate": [{"group": _DAYS}, {"sort": [{"key": "day"}]}]},
        {"results": [{"day": "2026-03-04", "n": 3, "critical": 1}, {"day": "2026-03-05", "n": 1, "critical": 0}]},
    ),
    (
        {"aggregate": [{"unwind": {"path": "resources"}}, {"count": {"name": "total"}}]},
        {"results": [{"total": 5}]},
    ),
]


def test_statistics_are_computed(filled: Terminal) -> None:
    """`stat`; what is not paged tells no total."""
    printed = filled.together(*(_line("stat event -o json", {"query": query}) for query, _ in _STATISTICS))

    asked = [query for query, _ in _STATISTICS]
    assert list(zip(asked, [one.value for one in printed], strict=True)) == _STATISTICS


def test_statistics_are_printed_in_every_form(filled: Terminal) -> None:
    """A table of values or of rows, limited rows with their total, and bare values."""
    distinct = {"query": {"distinct": "severity"}}
    grouped = {"query": {"aggregate": [{"group": _GROUPED}, {"sort": [{"key": "severity"}]}]}}

    values = filled("stat event", body=distinct).rows
    rows = filled("stat event -c severity|Grade,n", body=grouped).rows
    limited = filled("stat event -l 2", body=grouped)
    quiet = filled("stat event -c severity -o quiet", body=grouped)

    assert values == [{"Values": "CRITICAL"}, {"Values": "INFO"}, {"Values": "WARNING"}]
    assert rows == [{"Grade": s, "n": n} for s, n in (("CRITICAL", "1"), ("INFO", "1"), ("WARNING", "2"))]
    assert len(limited.rows) == 2
    assert " Count: 2 / 3" in limited.stdout
    assert quiet.good.splitlines() == ["CRITICAL", "INFO", "WARNING"]


def test_an_event_is_posted(terminal: Terminal) -> None:
    """`exec create event` says nothing when all is well; neither does a payload that is no good event."""
    created = terminal.create()
    unreadable = terminal.create(data={"event_key": "no title"})

    assert (created.good.strip(), unreadable.good.strip()) == ("", "")
    error, login = terminal.listed("event")
    assert (login["title"], login["raw_data"]) == (_LOGIN["title"], _LOGIN)
    assert (error["event_type"], error["severity"]) == ("ERROR", "CRITICAL")
    assert error["title"] == "Webhook Event Parsing Error - am"
    assert error["description"].startswith("Fail to parse the event. (key = title, reason = ")


def test_a_bad_post_is_refused(terminal: Terminal) -> None:
    """In the words of the contract; what is missing is named, the first first. And nothing is stored."""
    refused = [
        terminal.create(access_key="wrong"),
        terminal.create(data=None),
        terminal.create(access_key=None, data=None),
        terminal.create(webhook_id="", data=None),
        terminal.create(webhook_id="webhook-0000deadbeef"),
    ]

    assert [one.refusal for one in refused] == [
        "Permission denied.",
        "Required parameter. (key = data)",
        "Required parameter. (key = access_key)",
        "Required parameter. (key = webhook_id)",
        "Resource cannot be found or access is denied. (webhook_id = webhook-0000deadbeef)",
    ]
    assert terminal.listed("event") == []


_NOT_FOUND: Final = "Resource cannot be found or access is denied. ("
_QUERY: Final = "Database query failed. (reason = "
_MISTAKES: Final[Sequence[tuple[str, Json | None, str]]] = [
    ("get event", {}, "Required parameter. (key = event_id)"),
    (
        "get event -p event_id=event-ffffffffffff",
        None,
        f"{_NOT_FOUND}('event_id', 'domain_id') = ('event-ffffffffffff', ",
    ),
    ("get webhook -p webhook_id=webhook-ffffffffffff", None, _NOT_FOUND),
    (
        "list event",
        _filter("severity", "in", "INFO"),
        "The value of 'in operator' must be a list type. ({'k': 'severity', 'v': 'INFO', 'o': 'in'})",
    ),
    (
        "list event",
        _filter("severity", "eq", ["INFO"]),
        "The value of 'eq operator' does not support list type. ({'k': 'severity', 'v': ['INFO'], 'o': 'eq'})",
    ),
    ("list event", _filter("rule", "exists", "x"), "The value of 'exists operator' must be a boolean type. ({'key': "),
    ("list event", _filter("severity", "like", "x"), f"{_QUERY}Filter operator is not supported. (operator = "),
    ("list event", _filter("colour", "eq", "x"), f'{_QUERY}Cannot resolve field "colour")'),
    (
        "list event",
        _filter("created_at", "timediff_gt", "1h"),
        f"{_QUERY}The value of timediff_gt operator is invalid. (value = 1h))",
    ),
    (
        "list event",
        {"query": {"lookup": [{"from": "alert"}]}},
        "Parameter is invalid. (key = query.lookup, reason = Not supported.)",
    ),
    ("list event", {"query": {"sort": {"key": "title"}}}, "repeated field sort must be in [] which is "),
    ("stat event", None, "Required parameter. (key = query)"),
    ("stat event", {"query": {}}, "Required parameter. (key = aggregate)"),
    (
        "stat event",
        {"query": {"aggregate": [{"group": {}}]}},
        f"{_QUERY}Required parameter. (key = aggregate.group.keys ",
    ),
    ("stat event", {"query": {"aggregate": [{"median": {}}]}}, 'has no field named "median"'),
    ("exec purge event", None, "'monitoring.v1.Event' resource does not have a 'purge' verb."),
    ("list monitoring.Nothing", None, "'monitoring.v1' service does not have a 'Nothing' resource."),
]


def test_mistakes_are_told(filled: Terminal) -> None:
    """In one line that begins with `ERROR:`, in the words that scripts look for; the exit code stays 0."""
    printed = filled.together(*(_line(line, body) for line, body, _ in _MISTAKES))

    untold = [
        (line, body, words, one.refusal)
        for (line, body, words), one in zip(_MISTAKES, printed, strict=True)
        if words not in one.refusal or "Traceback" in one.stdout
    ]
    assert untold == []


def test_a_webhook_is_kept(terminal: Terminal) -> None:
    """Every verb: made, shown, renamed, configured, switched off and on, removed."""
    made = terminal.webhook
    named = {"webhook_id": made["webhook_id"]}

    (listed,) = terminal.listed("webhook -m")
    renamed = terminal("exec update webhook", body={**named, "name": "renamed", "tags": {"owner": "sre"}}).value
    options = {"duplicate_event_time": 1800}
    configured = terminal("exec update_plugin webhook", body={**named, "options": options}).value
    verified = terminal("exec verify_plugin webhook", body=named)
    disabled = terminal("exec disable webhook", body=named).value
    refused = terminal.create()
    enabled = terminal("exec enable webhook", body=named).value
    taken = terminal.create()
    shown = terminal("get webhook", body=named).value
    states = terminal("stat webhook", body={"query": {"distinct": "state"}}).rows
    removed = terminal("exec delete webhook", body=named)
    missing = terminal("get webhook", body=named)

    assert set(listed) == {"webhook_id", "name", "state", "webhook_url", "project_id", "workspace_id"}
    assert made["webhook_url"].endswith(f"/{made['webhook_id']}/{made['access_key']}/events")
    assert (renamed["name"], renamed["tags"]) == ("renamed", {"owner": "sre"})
    assert configured["plugin_info"]["options"] == options
    assert (disabled["state"], enabled["state"]) == ("DISABLED", "ENABLED")
    assert refused.refusal == f"Webhook state is disabled. (webhook_id = {made['webhook_id']})"
    assert (verified.good.strip(), taken.good.strip(), removed.good.strip()) == ("", "", "")
    assert shown == {**enabled, "requests": {"total": "1"}}
    assert states == [{"Values": "ENABLED"}]
    assert missing.refusal.startswith("Resource cannot be found or access is denied. (('webhook_id', ")
    assert terminal.titles("") == [_LOGIN["title"]]


def test_two_webhooks_of_one_name_are_refused(terminal: Terminal) -> None:
    again = terminal("exec create webhook", body={"name": "am", "plugin_info": _PLUGIN, "project_id": "project-shop"})
    nameless = terminal("exec create webhook", body={"plugin_info": _PLUGIN, "project_id": "project-shop"})
    pluginless = terminal("exec create webhook", body={"name": "b", "plugin_info": {}, "project_id": "project-shop"})

    unique = "Tried to save duplicate unique values. (keys = ['name', 'project_id', 'workspace_id', 'domain_id'])"
    assert again.refusal == unique
    assert nameless.refusal == "Required parameter. (key = name)"
    assert pluginless.refusal == "Required parameter. (key = plugin_info.plugin_id)"


def test_an_alert_is_worked_on(terminal: Terminal) -> None:
    """Found by its number, acknowledged, assigned, resolved and deleted: its events go with it."""
    terminal.post(_DISK, _CHECKOUT)
    (alert,) = terminal.listed("alert -p title='Checkout 5xx' -p state=TRIGGERED")
    named = {"alert_id": alert["alert_id"]}

    numbered = terminal.listed(f"alert -p alert_number={alert['alert_number']}")
    acknowledged = terminal("exec update alert", body={**named, "state": "ACKNOWLEDGED", "urgency": "LOW"}).value
    assigned = terminal("exec assign_user alert", body={**named, "assignee": "oncall@example.com"}).value
    snoozed = terminal("exec update alert", body={**named, "state": "SNOOZED"})
    resolved = terminal("exec update alert", body={**named, "state": "RESOLVED"}).value
    shown = terminal("get alert", body=named).value
    deleted = terminal("exec delete alert", body=named)
    missing = terminal("get alert", body=named)

    assert (alert["severity"], alert["urgency"], alert["resources"]) == ("CRITICAL", "HIGH", [{"name": "checkout"}])
    assert [row["alert_id"] for row in numbered] == [alert["alert_id"]]
    assert (acknowledged["state"], acknowledged["urgency"]) == ("ACKNOWLEDGED", "LOW")
    assert acknowledged["acknowledged_at"] == acknowledged["updated_at"]
    assert assigned["assignee"] == "oncall@example.com"
    states = "TRIGGERED | ACKNOWLEDGED | RESOLVED"
    assert snoozed.refusal == f"Parameter is invalid. (key = state, reason = Unsupported state. ({states}))"
    assert resolved["state"] == "RESOLVED"
    assert shown == resolved
    assert deleted.good.strip() == ""
    assert missing.refusal.startswith("Resource cannot be found or access is denied. (('alert_id', ")
    assert terminal.listed("event -p event_key=checkout") == []


def test_an_alert_is_made_by_hand(terminal: Terminal) -> None:
    """It has the next number, and counts in the statistics."""
    terminal.post(*_EVENTS)
    wanted = {"title": "Manual check", "project_id": "project-shop", "urgency": "LOW"}
    group = {"keys": [{"key": "state", "name": "state"}], "fields": [{"name": "n", "operator": "count"}]}

    made = terminal("exec create alert", body=wanted).value
    titleless = terminal("exec create alert", body={"project_id": "project-shop"})
    states = terminal("stat alert", body={"query": {"aggregate": [{"group": group}]}}).rows
    newest = terminal("list alert -c title,alert_number -s -alert_number -l 1").rows

    assert made.items() >= {"alert_number": 4, "state": "TRIGGERED", "urgency": "LOW", "severity": "NONE"}.items()
    assert titleless.refusal == "Required parameter. (key = title)"
    assert states == [{"state": "TRIGGERED", "n": "4"}]
    assert newest == [{"title": "Manual check", "alert_number": "4"}]


def test_the_events_of_an_alert_are_found(filled: Terminal) -> None:
    """As the vendor's console asks for them: the newest first, a page that grows, and words."""
    (alert,) = filled.listed("alert -p title='Disk 91% on db1'")
    asked = {"filter": [{"k": "alert_id", "v": alert["alert_id"], "o": "eq"}], "page": {"start": 1, "limit": 10}}
    newest_first = {**asked, "sort": [{"key": "created_at", "desc": True}]}

    found = filled.titles("", body={"query": newest_first})
    worded = filled.titles("", body={"query": {**newest_first, "keyword": "40%"}})

    assert found == ["Disk 40% on db1", "Disk 91% on db1"]
    assert worded == ["Disk 40% on db1"]


def test_a_project_decides_what_a_recovery_does(terminal: Terminal) -> None:
    """Asked for by its full name, as it has no short one; the next recovery obeys."""
    options = {"recovery_mode": "AUTO"}
    config = terminal(
        "exec update monitoring.ProjectAlertConfig", body={"project_id": "project-shop", "options": options}
    ).value

    terminal.post(_DISK, _DISK_OVER)

    assert config["options"] == {"notification_urgency": "ALL", "recovery_mode": "AUTO"}
    assert [(row["title"], row["state"]) for row in terminal.listed("alert")] == [("Disk 91% on db1", "RESOLVED")]


def test_a_rule_changes_what_comes(terminal: Terminal) -> None:
    """`event_rule`: made, applied to the next event, moved and removed."""
    condition = {"key": "title", "value": "DISK", "operator": "contain"}
    wanted = {
        "name": "db team",
        "conditions": [condition],
        "conditions_policy": "ALL",
        "actions": {"change_urgency": "HIGH", "add_additional_info": {"team": "dba"}},
        "resource_group": "PROJECT",
        "project_id": "project-shop",
    }

    rule = terminal("exec create event_rule", body=wanted).value
    terminal.post(_DISK)
    too_low = terminal("exec change_order event_rule", body={"event_rule_id": rule["event_rule_id"], "order": -1})
    removed = terminal("exec delete event_rule", body={"event_rule_id": rule["event_rule_id"]})

    (alert,) = terminal.listed("alert")
    (event,) = terminal.listed("event")
    assert (alert["urgency"], alert["additional_info"]["team"], event["additional_info"]["team"]) == (
        "HIGH",
        "dba",
        "dba",
    )
    assert too_low.refusal == "Parameter is invalid. (key = order, reason = The order must be greater than 0.)"
    assert removed.good.strip() == ""
    assert terminal.listed("event_rule") == []
