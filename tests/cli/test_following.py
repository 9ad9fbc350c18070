import json
from typing import Final

import pytest

from tests.cli.answering import Answer, answering
from whence.cli import following
from whence.cli.client import Client, Json, RefusedError
from whence.cli.following import follow
from whence.cli.output import Output

_BUSY: Final[Answer] = 429, {"retry-after": "1"}, b'{"error":{"code":"too_many","message":"over the rate"}}'
_REVOKED: Final[Answer] = 401, {}, b'{"error":{"code":"unauthenticated","message":"not known"}}'


def _streamed(number: int) -> Answer:
    """A stream with one event, which ends then."""
    event: Json = {"id": f"event-{number}", "received_at": "2026-11-21T09:30:00.000Z"}
    return 200, {"content-type": "text/event-stream"}, f"event: event\ndata: {json.dumps(event)}\n\n".encode()


def test_a_rate_that_is_used_up_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a connection that is opened again: who follows did nothing but that."""
    answers = iter([_streamed(1), _BUSY, _streamed(2)])
    pauses: list[float] = []
    monkeypatch.setattr(following, "sleep", pauses.append)

    with answering(lambda: next(answers)) as url, Client(url, "token") as client:
        follow(client, [], since=None, limit=2, output=Output.NDJSON)

    assert [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()] == ["event-1", "event-2"]
    assert pauses == [1, 2]


@pytest.mark.parametrize("answers", [[_BUSY], [_streamed(1), _REVOKED]])
def test_what_does_not_pass_ends_it(monkeypatch: pytest.MonkeyPatch, answers: list[Answer]) -> None:
    """At first every refusal is told; later, what no waiting mends."""
    given = iter(answers)
    pauses: list[float] = []
    monkeypatch.setattr(following, "sleep", pauses.append)

    with (
        answering(lambda: next(given)) as url,
        Client(url, "token") as client,
        pytest.raises(RefusedError),
    ):
        follow(client, [], since=None, limit=None, output=Output.NDJSON)

    assert len(pauses) == len(answers) - 1
