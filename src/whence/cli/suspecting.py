"""Prints the causes that a server suspects: a line for each that is read in seconds, or the answer as it is."""

from collections.abc import Mapping
from typing import Final

from rich.text import Text

from whence.cli.client import Client, Json, Query
from whence.cli.listing import clock, where
from whence.cli.output import indented, plain, say, stdout, table, write

_BAR: Final = 10  # cells of a score of 1
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"
_STRONG: Final = 0.5  # of a score: what is above is shown as grave
_ENTITIES: Final = ("#", "score", "what", "why")
_CHANGES: Final = ("#", "score", "when (UTC)", "what", "where", "why")


def print_causes(client: Client, query: Query, *, as_json: bool) -> None:
    """What the server answers to the question.

    Raises:
        CommandError: the server refuses.
    """
    answer = client.get("/v1/causes", query)
    if as_json:
        write(indented(answer))
        return
    causes: list[Json] = answer["causes"]
    window = f"{clock(answer['window']['from'])} to {clock(answer['window']['to'])} UTC"
    if not causes:
        say(plain(_nothing(dict(query), window)))
        return
    are_changes = causes[0]["event"] is not None
    made = table(*(_CHANGES if are_changes else _ENTITIES))
    for cause in causes:
        made.add_row(*(_change(cause) if are_changes else _entity(cause)))
    stdout().print(made)
    if not answer["likely"]:
        say(f"no cause is likely: nothing fits what alerted from {window} well", "yellow")


def _nothing(asked: Mapping[str, str], window: str) -> str:
    """What is so when nothing is suspected: a problem has alerts, though they be on nothing that is known."""
    if asked["of"] == "changes":
        alerting = f"the alerts of {asked['problem']}" if "problem" in asked else f"what alerted from {window}"
        return f"no change fits {alerting}; --lookback 7d looks further back"
    if "problem" in asked:
        return f"no alert of {asked['problem']} is on an entity that is known, and only such alerts lead to others"
    return f"nothing alerted on a known entity from {window}; --lookback 7d looks further back"


def bar(score: float) -> str:
    """The score as a bar: ten cells are 1."""
    eighths = round(score * _BAR * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + _EIGHTHS[rest].strip()).ljust(_BAR)


def _entity(cause: Json) -> tuple[Text, ...]:
    return (*_rank(cause), Text(plain(place(cause["entity"])), "bold"), Text(plain(_why(cause))))


def _change(cause: Json) -> tuple[Text, ...]:
    event = cause["event"]
    made_on = where(event) if cause["entity"] is None else place(cause["entity"])
    return (
        *_rank(cause),
        Text(clock(event["time"])),
        Text(plain(event["title"]), "bold"),
        Text(plain(made_on)),
        Text(plain(_why(cause))),
    )


def _rank(cause: Json) -> tuple[Text, Text]:
    score = cause["score"]
    style = "red" if score >= _STRONG else "yellow"
    return Text(str(cause["rank"])), Text.assemble((bar(score), style), f" {score:.2f}")


def place(entity: Json) -> str:
    """What the entity is called, and where it is: `cart (eu/shop)`; of a type that is no service, with the type."""
    around = "/".join(part for part in (entity["cluster"], entity["namespace"]) if part)
    kind = "" if entity["type"] == "SERVICE" else entity["type"].lower()
    beside = ", ".join(filter(None, (kind, around)))
    return f"{entity['name']} ({beside})" if beside else entity["name"]


def _why(cause: Json) -> str:
    """The reason that weighs most; of equals the last: when a change was made, as where it was stands beside it."""
    return max(reversed(cause["reasons"]), key=lambda reason: reason["weight"])["text"]
