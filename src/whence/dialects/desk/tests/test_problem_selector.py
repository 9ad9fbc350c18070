"""[5.6] The problem selector: what is read, and what is refused where."""

import pytest

from whence.dialects.desk import problem_selector
from whence.dialects.desk.levels import SEVERITIES
from whence.dialects.desk.problem_selector import Criterion
from whence.domain.errors import Invalid

ORDERS = "SERVICE-00AA11BB22CC33DD"


def one(name: str, *values: str) -> Criterion:
    """A criterion."""
    return Criterion(name=name, values=frozenset(values))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  ", []),
        ('status("open")', [one("status", "OPEN")]),
        ("status(CLOSED)", [one("status", "CLOSED")]),
        ('severityLevel("ERROR","performance")', [one("severityLevel", "ERROR", "PERFORMANCE")]),
        ("impactLevel(SERVICES)", [one("impactLevel", "SERVICES")]),
        ("impactLevel(services, Application)", [one("impactLevel", "SERVICES", "APPLICATION")]),
        (f'rootCauseEntity("{ORDERS.lower()}")', [one("rootCauseEntity", ORDERS.lower())]),
        ("affectedEntities(HOST-42)", [one("affectedEntities", "HOST-42")]),
        ("impactedEntities(HOST-42)", [one("impactedEntities", "HOST-42")]),
        ('affectedEntityTypes("HOST")', [one("affectedEntityTypes", "HOST")]),
        ('managementZoneIds("1")', [one("managementZoneIds", "1")]),
        ('managementZones("a, b")', [one("managementZones", "a, b")]),
        ('problemFilterIds("1")', [one("problemFilterIds", "1")]),
        ('problemFilterNames("x")', [one("problemFilterNames", "x")]),
        ('problemId("5_6V2","7_8V2")', [one("problemId", "5_6V2", "7_8V2")]),
        ('displayId("P-41")', [one("displayId", "P-41")]),
        ('entityTags("[KUBERNETES]app:orders","blue")', [one("entityTags", "[KUBERNETES]app:orders", "blue")]),
        ("underMaintenance(true)", [one("underMaintenance", "true")]),
        ('text("say ~"no~" ~~")', [one("text", 'say "no" ~')]),
        (
            'status("open"),severityLevel("ERROR"),entityTags("a"),entityTags("b")',
            [one("status", "OPEN"), one("severityLevel", "ERROR"), one("entityTags", "a"), one("entityTags", "b")],
        ),
    ],
)
def test_selectors(text: str, expected: list[Criterion]) -> None:
    """[5.6] Every criterion, alone and joined."""
    assert list(problem_selector.parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "position", "why"),
    [
        ('colour("red")', 1, "there is no criterion colour"),
        ("status", 1, ""),
        ('status("open"),', 16, ""),
        ("status(", 8, ""),
        ("status()", 1, "status names nothing"),
        ("status(open,closed)", 1, "status takes one value"),
        ('status("gone")', 1, "status must be any of [OPEN, CLOSED]"),
        ("status(type(x))", 8, ""),
        (
            'status("open"),severityLevel("INFO")',
            16,
            f"severityLevel must be any of [{', '.join(SEVERITIES)}]",
        ),
        (
            "impactLevel(SERVICE)",
            1,
            "impactLevel must be any of [APPLICATION, SERVICES, INFRASTRUCTURE, ENVIRONMENT]",
        ),
        ("underMaintenance(maybe)", 1, "underMaintenance must be any of [true, false]"),
        (f'text("{"x" * 31}")', 1, "text has at most 30 characters"),
        ('text("a","b")', 1, "text takes one value"),
    ],
)
def test_what_cannot_be_read(text: str, position: int, why: str) -> None:
    """[5.6] With the position, counted from 1."""
    said = f"Could not parse the problem selector near position {position}"

    with pytest.raises(Invalid) as refused:
        problem_selector.parse(text)

    assert [(fault.path, fault.message) for fault in refused.value.violations] == [
        ("problemSelector", f"{said}: {why}" if why else said)
    ]


def test_a_text_of_thirty_characters() -> None:
    """[5.6] Is searched for."""
    assert problem_selector.parse(f'text("{"x" * 30}")') == (one("text", "x" * 30),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * 5001, "must have at most 5000 characters"),
        (f"displayId({','.join(f'P-{n}' for n in range(501))}),problemId({','.join(map(str, range(500)))})",
         "must name at most 1000 values"),
    ],
    ids=["long", "many"],
)  # fmt: skip
def test_limits(text: str, message: str) -> None:
    """Everything is bounded."""
    with pytest.raises(Invalid) as refused:
        problem_selector.parse(text)

    assert refused.value.violations[0].message == message
