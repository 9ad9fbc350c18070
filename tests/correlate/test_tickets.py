"""What signals do to tickets: every row of Cloudforet contract 7.4."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, report
from tests.correlate.signalled import delivery, signal, webhook
from whence.correlate.rules import Routed, route
from whence.correlate.tickets import Move, Tickets, told
from whence.domain.delivery import Delivery
from whence.domain.event import Kind
from whence.domain.signal import Grade, Resource, SignalKind
from whence.domain.ticket import Ticket, Urgency

_LATER = NOW + timedelta(hours=1)


def _take(tickets: Tickets, said: Delivery, *, recovers: bool = True) -> Move | None:
    return tickets.take(said, route(said.signal, said.webhook, []), recovers=recovers, policy="ep-1")


def _opened(**given: Any) -> Ticket:  # noqa: ANN401  a builder takes what the value does
    """A ticket that stands since an hour."""
    move = _take(Tickets([], {}, at=NOW), delivery(signal(**given)))
    assert move is not None
    return move.ticket


@pytest.mark.parametrize("kind", [SignalKind.ALERT, SignalKind.ERROR])
def test_the_first_signal_opens_a_ticket(kind: SignalKind) -> None:
    said = signal(
        kind=kind, grade=Grade.CRITICAL, rule="disk", resources=("db1", "db2"), resource=Resource(id="i-1", name="db2"),
        provider="aws", account="12", info={"a": "b"}, description="full", image_url="https://x.example/i",
    )  # fmt: skip

    move = _take(Tickets([], {"w": 6}, at=NOW), delivery(said))

    assert move is not None
    ticket = move.ticket
    assert (ticket.number, ticket.urgency, ticket.is_error) == (7, Urgency.HIGH, kind is SignalKind.ERROR)
    assert ticket.resources == (Resource(name="db1"), Resource(id="i-1", name="db2"))
    assert (ticket.title, ticket.description, ticket.rule, ticket.image_url) == (
        said.title, "full", "disk", "https://x.example/i",
    )  # fmt: skip
    assert (ticket.triggered_by, ticket.webhook_id, ticket.policy) == ("webhook-1", "webhook-1", "ep-1")


@pytest.mark.parametrize(
    ("grade", "urgency"),
    [
        (Grade.CRITICAL, Urgency.HIGH),
        (Grade.ERROR, Urgency.HIGH),
        (Grade.NOT_AVAILABLE, Urgency.HIGH),
        (Grade.WARNING, Urgency.LOW),
        (Grade.INFO, Urgency.LOW),
        (Grade.NONE, Urgency.LOW),
    ],
)
def test_urgency_follows_from_the_grade(grade: Grade, urgency: Urgency) -> None:
    assert _opened(grade=grade).urgency is urgency


def test_a_rule_decides_before_the_grade_does() -> None:
    said = delivery(signal(grade=Grade.CRITICAL))
    routed = Routed(project="q", info={"x": "1"}, urgency=Urgency.LOW, assignee="dba", policy="ep-2", is_told=False)

    move = Tickets([], {}, at=NOW).take(said, routed, recovers=True, policy="ep-1")

    assert move is not None
    ticket = move.ticket
    assert (ticket.project, ticket.info, ticket.urgency) == ("q", {"x": "1"}, Urgency.LOW)
    assert (ticket.assignee, ticket.policy, ticket.is_told) == ("dba", "ep-2", False)


def test_a_further_signal_is_of_the_open_ticket_however_old() -> None:
    """[CF3] It has the ticket's number, and changes its description alone."""
    standing = _opened(description="full", grade=Grade.WARNING)
    again = signal(title="Disk 99%", description="fuller", grade=Grade.CRITICAL)

    move = _take(Tickets([standing], {"w": 1}, at=NOW + timedelta(days=80)), delivery(again))

    assert move is not None
    assert (move.ticket.id, move.ticket.number) == (standing.id, 1)
    assert (move.ticket.title, move.ticket.grade) == (standing.title, Grade.WARNING)
    assert move.ticket.description == "fuller"
    assert move.ticket.updated_at > standing.updated_at


def test_a_signal_without_description_keeps_that_of_the_ticket() -> None:
    move = _take(Tickets([_opened(description="full")], {"w": 1}, at=_LATER), delivery(signal()))

    assert move is not None
    assert move.ticket.description == "full"


@pytest.mark.parametrize(
    ("seconds", "after", "opens"),
    [(600, 599, False), (600, 600, True), (0, 0, True), (-1, 10**7, False), (600.0, 600, True), ("600", 700, False)],
)
@pytest.mark.parametrize("where", ["options", "metadata"])
def test_a_window_of_the_webhook_makes_a_second_ticket(where: str, seconds: object, after: int, opens: bool) -> None:  # noqa: FBT001  a column of the table
    standing = _opened()
    through = webhook(**{where: {"duplicate_event_time": seconds}})

    move = _take(
        Tickets([standing], {"w": 1}, at=standing.signalled_at + timedelta(seconds=after)),
        delivery(signal(), through),
    )

    assert move is not None
    assert (move.ticket.id != standing.id) is opens


def test_each_further_signal_begins_the_window_anew() -> None:
    through = webhook(options={"duplicate_event_time": 600})
    standing = replace(_opened(), signalled_at=NOW + timedelta(seconds=500))

    move = _take(
        Tickets([standing], {"w": 1}, at=NOW + timedelta(seconds=1000)),
        delivery(signal(), through),
    )

    assert move is not None
    assert move.ticket.id == standing.id


def test_a_recovery_resolves_every_open_ticket_of_its_condition() -> None:
    """[CF3] However late it comes, and is of the newest."""
    older, newest = _opened(), replace(_opened(), number=2)
    tickets = Tickets([newest, older], {"w": 2}, at=NOW + timedelta(days=80))

    move = _take(tickets, delivery(signal(kind=SignalKind.RECOVERY, description="ok again")))

    assert move is not None
    assert move.ticket.id == newest.id
    assert [ended.id for ended in move.ended] == [older.id, newest.id]
    assert all(ticket.resolved_at for ticket in tickets.changed.values())
    assert move.ticket.description == ""


def test_a_recovery_is_only_noted_where_people_resolve() -> None:
    standing = _opened()
    tickets = Tickets([standing], {"w": 1}, at=_LATER)

    move = _take(tickets, delivery(signal(kind=SignalKind.RECOVERY)), recovers=False)

    assert move is not None
    assert (move.ticket.id, move.ended) == (standing.id, ())
    assert tickets.changed[standing.id].is_open


def test_a_recovery_of_nothing_is_nothing() -> None:
    tickets = Tickets([], {}, at=NOW)

    assert _take(tickets, delivery(signal(kind=SignalKind.RECOVERY))) is None
    assert (tickets.opened, tickets.changed, tickets.numbers) == ({}, {}, {})


def test_what_comes_together_counts_one_after_the_other() -> None:
    """[CF3] Opened, one more, over, over again, opened: in one commit."""
    tickets = Tickets([], {"w": 3}, at=NOW)
    alert, over = delivery(), delivery(signal(kind=SignalKind.RECOVERY))

    moves = [_take(tickets, said) for said in (alert, alert, over, over, alert)]

    first, second, third, nothing, fifth = moves
    assert nothing is None
    assert first
    assert second
    assert third
    assert fifth
    assert first.ticket.id == second.ticket.id == third.ticket.id != fifth.ticket.id
    assert tickets.numbers == {"w": 5}
    assert [ticket.is_open for ticket in tickets.opened.values()] == [False, True]


def test_a_condition_is_of_its_workspace_and_project() -> None:
    """Two webhooks of one project share a ticket; another project, or workspace, has its own."""
    tickets = Tickets([], {}, at=NOW)
    through = [webhook(), webhook(id="webhook-2"), webhook(project="q"), webhook(workspace="v")]

    moves = [_take(tickets, delivery(signal(), one)) for one in through]

    ids = [move.ticket.id for move in moves if move]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert tickets.numbers == {"w": 2, "v": 1}


def test_the_timeline_is_told_in_the_words_of_the_ticket() -> None:
    said = delivery(signal(title="Disk 99%", description="fuller", grade=Grade.CRITICAL, provider="aws"))
    standing = _opened(description="full", grade=Grade.WARNING)
    routed = route(said.signal, said.webhook, [])
    move = Tickets([standing], {"w": 1}, at=_LATER).take(said, routed, recovers=True, policy="ep-1")
    assert move is not None

    spoken = told(report(), said, routed, move)

    assert (spoken.kind, spoken.key, spoken.severity.value) == (Kind.PROBLEM, standing.id, "warning")
    assert spoken.description == "fuller"
    assert spoken.properties == {"event_key": "disk"}


@pytest.mark.parametrize(("recovers", "kind"), [(True, Kind.RECOVERY), (False, Kind.INFO)])
def test_the_timeline_is_told_of_a_recovery(recovers: bool, kind: Kind) -> None:  # noqa: FBT001  a column of the table
    """One that ends nothing is news: it moves no alert."""
    said = delivery(signal(kind=SignalKind.RECOVERY, grade=Grade.INFO))
    older, newest = _opened(), replace(_opened(), number=2)
    routed = route(said.signal, said.webhook, [])
    move = Tickets([older, newest], {"w": 2}, at=_LATER).take(said, routed, recovers=recovers, policy="ep-1")
    assert move is not None

    spoken = told(report(), said, routed, move)

    assert (spoken.kind, spoken.key) == (kind, newest.id)
    assert spoken.also == ((older.id,) if recovers else ())
