import json
from time import time

import pytest

from tests.cli.terminal import Terminal


def test_every_field_arrives(whence: Terminal) -> None:
    """What options say is what the event has; the id is printed alone."""
    scope = ["--cluster", "eu", "--cluster", "us", "--namespace", "shop", "--service", "cart"]
    words = ["--title", "v2 is out", "--type", "deploy", "--kind", "change", "--severity", "warning"]
    links = ["--event-url", "https://example.org/1", "--link", "Log=https://example.org/2?a=b"]
    times = ["--time", "2h ago", "--end-time", "1h ago"]
    more = ["--source", "ci", "--description", "long", "--prop", "version=2", "--properties", '{"n": 1}']

    event_id = whence.good("event", "send", *words, *scope, *links, *times, *more, "--id", "mine").strip()
    (event,) = whence.value("events", "-o", "json")

    assert event["id"] == event_id
    assert event["sender_id"] == "mine"
    assert [event[name] for name in ("title", "type", "kind", "severity", "source", "description")] == [
        "v2 is out", "deploy", "change", "warning", "ci", "long",
    ]  # fmt: skip
    assert event["scope"] == {"clusters": ["eu", "us"], "namespaces": ["shop"], "services": ["cart"]}
    assert event["properties"] == {"n": 1, "version": "2"}
    assert event["links"] == [{"title": "Log", "url": "https://example.org/2?a=b"}]
    assert event["end_time"] > event["time"]


def test_the_same_id_is_no_new_event(whence: Terminal) -> None:
    """A script that runs twice does no harm."""
    once, again = (whence.good("event", "send", "-t", "x", "--source", "s", "--id", "1") for _ in range(2))

    assert once == again


def test_the_same_idempotency_key_is_no_new_event(whence: Terminal) -> None:
    """Nor does one whose answer was lost, for a single event and for a file."""
    now = int(time() * 1000)
    one = [whence.good("event", "send", "-t", "x", "--time", str(now), "--idempotency-key", "k") for _ in range(2)]
    lines = "".join(f'{{"title":"{n}","time":{now + n}}}\n' for n in range(2500))
    many = [whence("event", "send", "-", "--idempotency-key", "f", stdin=lines) for _ in range(2)]

    assert one[0] == one[1]
    assert many[0].stdout == many[1].stdout
    assert "0 accepted, 2,500 duplicate" in many[1].stderr


@pytest.mark.parametrize("text", ['{"title":"a"}\n\n{"title":"b"}\n', '[{"title":"a"},\n{"title":"b"}]'])
def test_many_from_stdin(whence: Terminal, text: str) -> None:
    """NDJSON and JSON alike: an id for each, in order."""
    ids = whence.good("event", "send", "--file", "-", stdin=text).split()
    found = whence.value("events", "--order", "time", "-o", "json")

    assert {event["id"]: event["title"] for event in found} == dict(zip(ids, ["a", "b"], strict=True))


def test_a_bad_line_does_not_spoil_its_neighbours(whence: Terminal) -> None:
    """It is named with its number; the others are stored, and the exit code says that it was not all."""
    done = whence("event", "send", "-", "-o", "json", stdin='{"title":"a"}\n\n{"titel":"b"}\n{"title":"c"}\n')

    assert done.returncode == 1
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == ["accepted", "rejected", "accepted"]
    assert "line 3: " in done.stderr
    assert "1 of 3 events were refused" in done.stderr


@pytest.mark.parametrize(
    "bad",
    [
        '{"title":"no end"',
        "[1]",
        "null",
        '{"title":"\\ud800"}',
        '{"title":NaN}',
        "[" * 100_000,
        f'{{"title":"{"x" * 3_000_000}"}}',
    ],
    ids=["no JSON", "a list", "nothing", "half a letter", "no number", "deep", "longer than a body may be"],
)
def test_a_line_that_is_no_event(whence: Terminal, bad: str) -> None:
    """It is refused as any other, wherever the fault is seen: what stands before and behind it is stored."""
    lines = ('{"title":"a"}', bad, '{"title":"b"}')

    done = whence("event", "send", "-", stdin="\n".join(lines))

    found = whence.value("events", "-o", "json")
    assert done.returncode == 1
    assert sorted(done.stdout.split()) == sorted(event["id"] for event in found)
    assert sorted(event["title"] for event in found) == ["a", "b"]
    assert "line 2: " in done.stderr
    assert "1 of 3 events were refused" in done.stderr
    assert "mend the lines named above" in done.stderr


def test_a_first_line_that_is_no_event(whence: Terminal) -> None:
    """The others say that these are lines."""
    done = whence("event", "send", "-", stdin='# mine\n{"title":"a"}\n')

    assert (done.returncode, len(done.stdout.split())) == (1, 1), done.stderr
    assert "line 1: " in done.stderr


def test_a_mended_line_is_sent_again(whence: Terminal) -> None:
    """With the same idempotency key the other lines are no new events."""
    now = int(time() * 1000)
    lines = [f'{{"title":"{title}","time":{now}}}' for title in "abc"]
    arguments = ("event", "send", "-", "--idempotency-key", "mine")
    whence(*arguments, stdin="\n".join((lines[0], lines[1] + "}", lines[2])))

    again = whence(*arguments, stdin="\n".join(lines))

    assert "1 accepted, 2 duplicate, 0 rejected" in again.stderr
    assert len(whence.value("events", "-o", "json")) == 3


def test_a_bad_item_of_a_list(whence: Terminal) -> None:
    """It is told by its place in the list: which line it is on, nobody has counted."""
    listed = '[{"title":"a"}, {"title":"b"},\n{"titel":"c"}, 4]'

    done = whence("event", "send", "-", stdin=listed)
    receipts = [
        json.loads(line) for line in whence("event", "send", "-", "-o", "json", stdin=listed).stdout.splitlines()
    ]

    assert (done.returncode, len(done.stdout.split())) == (1, 2)
    assert "item 3: " in done.stderr
    assert "item 4: " in done.stderr
    assert "mend the items named above" in done.stderr
    assert "line" not in done.stderr
    assert [receipt["item"] for receipt in receipts] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "said"),
    [
        ([], "", 2, "--title"),
        (["-t", "x", "--file", "-"], "", 2, "--file"),
        (["x"], "", 2, "only `-`"),
        (["-t", "x", "--prop", "novalue"], "", 2, "NAME=TEXT"),
        (["-t", "x", "--properties", "[1]"], "", 2, "no JSON object"),
        (["-t", "x", "--match", "{"], "", 2, "is no JSON"),
        (["-t", "x", "--match", "[" * 10_000], "", 2, "is no JSON"),
        (["-t", "x", "--time", "noon"], "", 2, "no time"),
        (["-t", "x", "--severity", "awful"], "", 2, "awful"),
        (["-t", "x", "--event-url", "ftp://x"], "", 1, "http"),
        (["-t", "x", "--entity", "nobody"], "", 1, "no entity has this"),
        (["-t", "x", "--idempotency-key", "\u00e9"], "", 2, "1 to 200 characters of printable ASCII"),
        (["-t", "x", "--idempotency-key", ""], "", 2, "1 to 200 characters of printable ASCII"),
        (["-t", "x", "--idempotency-key", " k"], "", 2, "1 to 200 characters of printable ASCII"),
        (["-t", "x", "--idempotency-key", "k" * 201], "", 2, "1 to 200 characters of printable ASCII"),
        (["-", "--idempotency-key", "a\nb"], "", 2, "1 to 190 characters of printable ASCII"),
        (["-"], "{no json\n", 1, "-:1 is no JSON"),
        (["-"], '[{"title":"a"},\n{"title":"b"}\n', 1, "-:1 is no JSON"),
        (["-"], '{\n  "title": "a",\n}\n', 1, "-:1 is no JSON"),
        (["-"], "[1]", 1, "item 1: "),
        (["-"], "1", 1, "line 1: "),
        (["--file", "/none/such"], "", 1, "cannot be read"),
    ],
)
def test_what_cannot_be_sent(whence: Terminal, arguments: list[str], stdin: str, code: int, said: str) -> None:
    """Wrong usage is 2, a refusal 1, each with its reason."""
    done = whence("event", "send", *arguments, stdin=stdin)

    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"WHENCE_TOKEN": ""}, 2, "no token"),
        ({"WHENCE_TOKEN": "wrong"}, 1, "not known"),
        ({"WHENCE_TOKEN": "café"}, 2, "characters"),
        ({"WHENCE_URL": "http://127.0.0.1:1"}, 3, "cannot reach"),
        ({"WHENCE_URL": "localhost"}, 2, "no web address"),
    ],
)
def test_a_server_that_does_not_answer_well(whence: Terminal, settings: dict[str, str], code: int, said: str) -> None:
    """Where it is and how to get in is explained."""
    done = whence("event", "send", "-t", "x", **settings)

    assert done.returncode == code, done.stderr
    assert said in done.stderr
