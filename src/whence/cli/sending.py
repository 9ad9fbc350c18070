"""Sends events, as many as fit into a request at a time, and tells what became of each."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from whence.cli.client import Client, Json
from whence.cli.failure import CommandError
from whence.cli.output import Style, compact, indented, plain, progress, say, write

_MOST: Final = 1_000  # events in a request: an answer within a second, and a bar that moves
_LARGEST: Final = 1_000_000  # bytes; a server takes 2 MiB unless told otherwise

Numbered = tuple[int, bytes]


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


def many(client: Client, events: Iterable[tuple[int, Json]], *, key: str, output: Style) -> None:
    """Send events and print their ids, in order; those that are refused are told on stderr with their lines.

    Raises:
        CommandError: some were refused; all others are stored.
    """
    lines = [(number, json.dumps(event).encode()) for number, event in events]
    totals = {"accepted": 0, "duplicate": 0, "rejected": 0}
    with progress("Sending", len(lines), beside_stdout=True) as advance:
        for turn, batch in enumerate(_batches(lines)):
            answer = client.send(
                "POST",
                "/v1/events",
                content=b"\n".join(body for _, body in batch),
                # A file is cut the same way each time, so its parts have the same keys each time.
                headers={"idempotency-key": f"{key}.{turn}", "content-type": "application/x-ndjson"},
            )
            for (number, _), result in zip(batch, answer["results"], strict=True):
                totals[result["status"]] += 1
                _print(number, result, output)
            advance(len(batch))
    say(", ".join(f"{count:,} {status}" for status, count in totals.items()))
    if totals["rejected"]:
        raise CommandError(
            f"{totals['rejected']:,} of {len(lines):,} events were refused",
            remedy="mend the lines named above",
        )


def _print(number: int, result: Json, output: Style) -> None:
    if output is Style.JSON:
        write(compact({"line": number, **result}))
    elif "id" in result:
        write(result["id"])
    if result["status"] == "rejected":
        error = result["error"]
        faults = [f"{v['path']}: {v['message']}" if v["path"] else v["message"] for v in error.get("violations", [])]
        say(f"line {number}: {plain('; '.join(faults) or error['message'])}", "red")


def _batches(lines: list[Numbered]) -> Iterator[list[Numbered]]:
    batch: list[Numbered] = []
    size = 0
    for number, body in lines:
        if batch and (len(batch) == _MOST or size + len(body) > _LARGEST):
            yield batch
            batch, size = [], 0
        batch.append((number, body))
        size += len(body) + 1
    if batch:
        yield batch
