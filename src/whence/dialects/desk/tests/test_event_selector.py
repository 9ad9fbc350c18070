"""[5.5] The event selector."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import lists, text

from whence.dialects.desk.event_selector import EventSelector, parse
from whence.domain.errors import Invalid

YES = frozenset({True})
NO = frozenset({False})


def some(*values: object) -> frozenset[Any]:
    """The values as a criterion holds them."""
    return frozenset(values)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("", EventSelector()),
        ("  ", EventSelector()),
        ('eventId("1_2","-3_4")', EventSelector(event_ids=some("1_2", "-3_4"))),
        ("eventId(1_2)", EventSelector(event_ids=some("1_2"))),
        (
            'entityId("SERVICE-00AA11BB22CC33DD")',
            EventSelector(entity_ids=some("SERVICE-00AA11BB22CC33DD")),
        ),
        ('status("OPEN")', EventSelector(is_open=YES)),
        ("status(closed)", EventSelector(is_open=NO)),
        ('managementZoneId("7")', EventSelector(zone_ids=some("7"))),
        ('eventType("ERROR_EVENT")', EventSelector(types=some("ERROR_EVENT"))),
        ('correlationId("1c8cca881849a3d9")', EventSelector(correlation_ids=some("1c8cca881849a3d9"))),
        ("underMaintenance(true)", EventSelector(under_maintenance=YES)),
        ("suppressAlert(false)", EventSelector(suppresses_alert=NO)),
        ('suppressProblem("true")', EventSelector(suppresses_problem=YES)),
        ("frequentEvent(TRUE)", EventSelector(is_frequent=YES)),
        ('property.queue("orders","bills")', EventSelector(properties=(("queue", some("orders", "bills")),))),
        ('property.Approved by("release board")', EventSelector(properties=(("Approved by", some("release board")),))),
        ('property.dt.event.source("x")', EventSelector(properties=(("dt.event.source", some("x")),))),
        ('property.a("x"),property.a("y")', EventSelector(properties=(("a", some("x")), ("a", some("y"))))),
        (
            ' status( "OPEN" ) , correlationId("1c8cca881849a3d9") ',
            EventSelector(is_open=YES, correlation_ids=some("1c8cca881849a3d9")),
        ),
        ('eventId("1","2"),eventId("2","3")', EventSelector(event_ids=some("2"))),
        ('status("OPEN"),status("CLOSED")', EventSelector(is_open=frozenset())),
        ('property.a("b, c) ~"d~" ~~e ~f\\")', EventSelector(properties=(("a", some('b, c) "d" ~e ~f\\')),))),
        ('property.a("")', EventSelector(properties=(("a", some("")),))),
        ("property.a( b c )", EventSelector(properties=(("a", some("b c")),))),
    ],
)
def test_criteria(selector: str, expected: EventSelector) -> None:
    """[5.5] A comma is AND, values of one criterion are OR, and repeated criteria are AND."""
    assert parse(selector) == expected


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ('colour("red")', "near position 1: there is no criterion colour"),
        ('status("OPEN"),colour("red")', "near position 16: there is no criterion colour"),
        ('property("red")', "near position 1: there is no criterion property"),
        ('property.("red")', "near position 1: there is no criterion property."),
        ("status", "near position 1"),
        ('"status"("OPEN")', "near position 9"),
        ('status("OPEN"', "near position 14"),
        ("status(", "near position 8"),
        ("status()", "near position 1: status names nothing"),
        ('status("OPEN', "near position 8"),
        ('status("OPEN"x)', "near position 14"),
        ('status("OPEN")x', "near position 15"),
        ('status("OPEN"),', "near position 16"),
        (',status("OPEN")', "near position 1"),
        ('status("OPEN") status("OPEN")', "near position 16"),
        ("status(not(OPEN))", "near position 8"),
        ('status("AJAR")', "near position 1: status must be any of [OPEN, CLOSED]"),
        ('status("OPEN","CLOSED")', "near position 1: status takes one value"),
        ("frequentEvent(yes)", "near position 1: frequentEvent must be any of [true, false]"),
        ('eventType("ERROR_EVENT","CUSTOM_INFO")', "near position 1: eventType takes one value"),
    ],
)
def test_faults(selector: str, message: str) -> None:
    """[5.5] What cannot be read is refused, with its position."""
    with pytest.raises(Invalid) as refused:
        parse(selector)

    (violation,) = refused.value.violations
    assert (violation.path, violation.message) == ("eventSelector", f"Could not parse the event selector {message}")


@pytest.mark.parametrize("selector", ['property.a("' + "b" * 10_000 + '")', f"eventId({','.join('1' * 1001)})"])
def test_bounds(selector: str) -> None:
    """[5.5] Neither its length nor the number of its values is without end."""
    with pytest.raises(Invalid, match="eventSelector: must"):
        parse(selector)


@given(value=text(max_size=20))
def test_a_quoted_value_is_read_back(value: str) -> None:
    """[5.5] Every text can be said in quotes."""
    escaped = value.replace("~", "~~").replace('"', '~"')

    assert parse(f'property.k("{escaped}")').properties == (("k", frozenset({value})),)


@given(parts=lists(text('eventId(),"~ .property\\', max_size=10), max_size=5))
def test_no_text_breaks_it(parts: list[str]) -> None:
    """[5.5] Whatever is sent is read or refused."""
    with suppress(Invalid):
        parse("".join(parts))
