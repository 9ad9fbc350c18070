"""Sends events, as many as fit into a request at a time, and tells what became of each."""

import json
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Final, Literal, NamedTuple

from whence.cli.client import Client, Json, RefusedError
from whence.cli.failure import CommandError
from whence.cli.output import Style, compact, indented, plain, progress, say, write

_MOST: Final = 1_000  # events in a request: an answer within a second, and a bar that moves
_LARGEST: Final = 1_000_000  # bytes; a server takes 2 MiB unless told otherwise


class Part(NamedTuple):
    """One event of many, in a line, and where it stands among them; what is no event is for the server to refuse."""

    noun: Literal["line", "item"]
    number: int
    body: bytes


def one(client: Client, event: Json, *, key: str, output: Style) -> None:
    """Send an event and print its id.

    Raises:
        CommandError: the server does not take it.
    """
    answer = client.send("POST", "/v1/events", content=json.dumps(event).encode(), headers={"idempotency-key": key})
    if output is Style.JSON:
        write(indented(answer))
        return
    if answer["status"] == "duplicate":
        say("sent before: nothing new is stored")
    write(answer["id"])


def many(client: Client, parts: Sequence[Part], *, key: str, output: Style) -> None:
    """Send events and print their ids, in order; those that are refused are told on stderr with their places.

    Raises:
        CommandError: some were refused; all others are stored.
    """
    totals = {"accepted": 0, "duplicate": 0, "rejected": 0}
    with progress("Sending", len(parts), beside_stdout=True) as advance:
        for turn, batch in enumerate(_batches(parts)):
            # A file is cut the same way each time, so its batches have the same keys each time.
            for part, result in zip(batch, _results(client, batch, f"{key}.{turn}"), strict=True):
                totals[result["status"]] += 1
                _print(part, result, output)
            advance(len(batch))
    say(", ".join(f"{count:,} {status}" for status, count in totals.items()))
    if totals["rejected"]:
        raise CommandError(
            f"{totals['rejected']:,} of {len(parts):,} events were refused",
            remedy=f"mend the {parts[0].noun}s named above",
        )


def _results(client: Client, batch: Sequence[Part], key: str) -> list[Json]:
    """What became of each. What alone is longer than the server reads is refused as what cannot be read is."""
    try:
        answer = client.send(
            "POST",
            "/v1/events",
            content=b"\n".join(part.body for part in batch),
            headers={"idempotency-key": key, "content-type": "application/x-ndjson"},
        )
    except RefusedError as refused:
        if refused.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE or len(batch) > 1:
            raise
        return [{"status": "rejected", "error": {"message": str(refused)}}]
    return answer["results"]


def _print(part: Part, result: Json, output: Style) -> None:
    if output is Style.JSON:
        write(compact({part.noun: part.number, **result}))
    elif "id" in result:
        write(result["id"])
    if result["status"] == "rejected":
        error = result["error"]
        faults = [f"{v['path']}: {v['message']}" if v["path"] else v["message"] for v in error.get("violations", [])]
        say(f"{part.noun} {part.number}: {plain('; '.join(faults) or error['message'])}", "red")


def _batches(parts: Iterable[Part]) -> Iterator[list[Part]]:
    batch: list[Part] = []
    size = 0
    for part in parts:
        if batch and (len(batch) == _MOST or size + len(part.body) > _LARGEST):
            yield batch
            batch, size = [], 0
        batch.append(part)
        size += len(part.body) + 1
    if batch:
        yield batch
