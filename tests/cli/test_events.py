import csv
import json
import signal
from io import StringIO
from typing import Final

import httpx
import pytest

from tests.acceptance.server import NO_TLS, TOKEN, Server, bearer, directory
from tests.cli.terminal import PATIENCE, Terminal
from tests.cli.told import ask

_MANY: Final = 2_345


def _send(whence: Terminal, *titles: str) -> None:
    whence.good("event", "send", "-", stdin="\n".join(json.dumps({"title": title}) for title in titles))


def test_every_filter(whence: Terminal) -> None:
    """Each option narrows by its own field."""
    fields = ["--type", "deploy", "--kind", "change", "--severity", "error", "--source", "ci", "--prop", "a.b=c"]
    scope = ["--cluster", "eu", "--namespace", "shop", "--service", "cart"]
    whence.good("event", "send", "-t", "wanted", *fields, *scope)
    whence.good("event", "send", "-t", "other", "--type", "note", "--source", "hand", "--cluster", "us")
    asked = {
        "--type": "deploy",
        "--kind": "change",
        "--severity": "error",
        "--source": "ci",
        "--cluster": "eu",
        "--namespace": "shop",
        "--service": "cart",
        "--query": "WANT",
        "--prop": "a.b=c",
    }

    for option, value in asked.items():
        found = whence.value("events", option, value, "-o", "json")
        assert [event["title"] for event in found] == ["wanted"], option


def test_times(whence: Terminal) -> None:
    """From and to, as they are typed."""
    whence.good("event", "send", "-t", "old", "--time", "3d ago")
    whence.good("event", "send", "-t", "new", "--time", "1h")

    assert [e["title"] for e in whence.value("events", "-o", "json")] == ["new"]
    assert [e["title"] for e in whence.value("events", "--since", "4d", "--to", "2d ago", "-o", "json")] == ["old"]
    both = whence.value("events", "--since", "4d", "--order", "time", "-o", "json")
    assert [e["title"] for e in both] == ["old", "new"]


@pytest.mark.parametrize("output", ["json", "ndjson", "csv"])
def test_all_of_many(whence: Terminal, output: str) -> None:
    """Beyond a page, nothing is lost, nothing comes twice; a limit holds to the row."""
    _send(whence, *(f"number {n}" for n in range(_MANY)))

    def titles(*options: str) -> list[str]:
        printed = whence.good("events", "-o", output, *options)
        match output:
            case "json":
                return [event["title"] for event in json.loads(printed)]
            case "ndjson":
                return [json.loads(line)["title"] for line in printed.splitlines()]
            case _:
                return [row["title"] for row in csv.DictReader(StringIO(printed))]

    assert sorted(titles("--limit", "0")) == sorted(f"number {n}" for n in range(_MANY))
    assert len(titles("--limit", "1234")) == 1234
    assert len(titles()) == 100


def test_letters_that_hurt(whence: Terminal) -> None:
    """Line ends of every kind stay inside their field; a table shows nothing that moves the cursor."""
    title = 'a\u2028b "c", \x1b[31m\x85d'
    _send(whence, title)

    assert json.loads(whence.good("events", "-o", "ndjson"))["title"] == title
    assert next(csv.DictReader(StringIO(whence.good("events", "-o", "csv"))))["title"] == title
    table = whence.good("events")
    assert 'a b "c",  [31m d' in table
    assert "\x1b" not in table


def test_csv_of_long_cells(whence: Terminal) -> None:
    """However long a cell is, and however many lines it has, a row is that of the export, and counts once."""
    long = {"title": "long", "description": 'a "b"\n,c\n', "properties": {"a": '"x' * 50_000, "b": "y" * 60_000}}
    whence.good("event", "send", "-t", "short", "--time", "1h ago")
    whence.good("event", "send", "-", stdin=json.dumps(long))
    url = whence.settings["WHENCE_URL"] + "/v1/events/export"
    export = httpx.get(
        url, params={"format": "csv"}, headers=bearer(whence.settings["WHENCE_TOKEN"]), verify=NO_TLS
    ).text.replace("\r\n", "\n")

    assert whence.good("events", "-o", "csv", "-n", "0") == export
    assert whence.good("events", "-o", "csv", "-n", "1") == "".join(export.rpartition('y""}"\n')[:2])


def test_an_empty_window(whence: Terminal) -> None:
    """It says so to people, and is empty to programs."""
    done = whence("events")

    assert (done.returncode, done.stdout) == (0, "")
    assert "no events" in done.stderr
    assert whence.value("events", "-o", "json") == []


def test_a_table_says_what_it_leaves_out(whence: Terminal) -> None:
    """A limit is no secret."""
    _send(whence, "a", "b", "c")

    done = whence("events", "-n", "2")

    assert len(done.stdout.splitlines()) == 3
    assert "2 of 3 events" in done.stderr


@pytest.mark.parametrize("arguments", [["--since", "noon"], ["--prop", "x"], ["-f", "--to", "1h"], ["--limit", "-1"]])
def test_wrong_usage(whence: Terminal, arguments: list[str]) -> None:
    """Exit code 2, with a reason."""
    assert whence("events", *arguments).returncode == 2


@pytest.mark.parametrize("output", ["ndjson", "json", "csv", "table"])
def test_following(whence: Terminal, output: str) -> None:
    """What happened since, then what happens; it ends after as many as asked."""
    header = 1 if output == "csv" else 0
    _send(whence, "before")

    with whence.begin("events", "-f", "--since", "1m", "--limit", "2", "-o", output) as following:
        first = following.lines(header + 1)[-1]
        _send(whence, "after")
        code = following.process.wait(PATIENCE)

    assert "before" in first
    assert "after" in following.printed[-1]
    assert len(following.printed) == header + 2
    assert code == 0


def test_following_writes_the_csv_of_the_export(whence: Terminal) -> None:
    """Column for column and cell for cell, with what a spreadsheet would take for a formula disarmed."""
    scope = ("--cluster", "eu", "--cluster", "us", "--namespace", "shop", "--service", "cart")
    more = (
        "--prop",
        "é=\u2028x",
        "--properties",
        '{"n": [1, 2.5]}',
        "--event-url",
        "https://example.org/1",
        "--end-time",
        "now",
    )
    whence.good(
        "event", "send", "-t", "=1+1", "-d", "+2", "--type", "-3", "--source", "@SUM(A1)", "--time", "9s", *scope, *more
    )
    whence.good("event", "send", "-t", "\tTab", "--time", "8s")

    followed = whence.good("events", "-f", "--since", "1m", "--limit", "2", "-o", "csv")

    assert "'=1+1" in followed
    assert "'@SUM(A1)" in followed
    assert followed == whence.good("events", "--order", "time", "-o", "csv")


@pytest.mark.parametrize("output", ["ndjson", "csv", "table"])
def test_following_shows_events_alone(whence: Terminal, output: str) -> None:
    """What happens to alerts is on the same stream, and is no event: a problem is printed once, however often told."""
    problem = ["event", "send", "--kind", "problem", "--key", "orders", "-t", "Orders fail"]

    with whence.begin("events", "-f", "--since", "1m", "--limit", "2", "-o", output) as following:
        for severity in ("warning", "error", "critical"):
            whence.good(*problem, "--severity", severity)
        whence.good("event", "send", "--kind", "recovery", "--key", "orders", "-t", "Orders are fine")
        code = following.process.wait(PATIENCE)

    assert code == 0
    assert following.said == ""
    assert ["fail" in line for line in following.printed][-2:] == [True, False]


def test_ctrl_c_ends_following(whence: Terminal) -> None:
    """Cleanly, as a shell expects it."""
    _send(whence, "before")

    with whence.begin("events", "--follow", "--since", "1m", "-o", "ndjson") as following:
        following.lines(1)
        code = following.stop(signal.SIGINT)

    assert code == 130
    assert following.said == ""


@pytest.mark.parametrize("imported", ["typer", "rich.console", "whence.cli.events"])
def test_ctrl_c_while_the_program_begins(whence: Terminal, imported: str) -> None:
    """As later: by the exit code, and without a traceback of what was being imported."""
    with whence.begin("events", "--follow", PYTHONPROFILEIMPORTTIME="1") as following:
        following.until(lambda: f" {imported}\n" in following.said, "that much is imported")
        code = following.stop(signal.SIGINT)

    assert code == 130
    assert "Traceback" not in following.said


def test_following_over_a_restart() -> None:
    """A server that goes and comes back costs no event, and none comes twice."""
    with directory() as home:
        server = Server(home)
        settings = {"WHENCE_URL": server.url, "WHENCE_TOKEN": TOKEN}
        whence = Terminal(home=home, settings=settings)
        try:
            server.start()
            with whence.begin("events", "-f", "--since", "1m", "-n", "3", "-o", "ndjson") as following:
                _send(whence, "one")
                following.lines(1)
                server.restart(kill=True)
                _send(whence, "two", "three")
                code = following.process.wait(PATIENCE)
        finally:
            server.end()
        titles = [json.loads(line)["title"] for line in following.printed]

    assert sorted(titles) == ["one", "three", "two"]
    assert code == 0


def test_the_table_says_whom_an_event_concerns(whence: Terminal) -> None:
    """What names entities of which there are none concerns nobody, and not everybody."""
    whence.good("event", "send", "-", stdin='{"title": "to-all"}\n{"title": "to-none", "entities": []}')

    lines = {
        title: line for line in whence.good("events").splitlines() for title in ("to-all", "to-none") if title in line
    }
    assert "every service" in lines["to-all"]
    assert "nobody" in lines["to-none"]


def test_the_table_calls_entities_by_their_names(whence: Terminal) -> None:
    """Listed and followed; for who may not read the catalogue, by their ids."""
    entity = {"tag": "till-eu", "name": "till", "cluster": "eu"}
    ask(whence, "PUT", "/v1/entities", json={"entities": [entity]})
    whence.good("event", "send", "-t", "till v2 is out", "--entity", "till-eu")
    reader = {"name": "reader", "rights": ["events:read"]}
    secret = ask(whence, "POST", "/v1/tokens", json=reader)["token"]

    assert "till " in _line(whence.good("events"), "till v2")
    with whence.begin("events", "-f", "--since", "1m", "-n", "1") as following:
        assert following.process.wait(PATIENCE) == 0
    assert "(till; " in following.printed[0]
    assert "SERVICE-" in _line(whence.good("events", "--token", secret), "till v2")


def _line(text: str, title: str) -> str:
    return next(line for line in text.splitlines() if title in line).replace(title, "")
