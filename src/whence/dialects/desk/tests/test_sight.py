"""What a token sees of problems, and how much of them is read."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOW
from whence.dialects.desk.sight import MOST_ALERTS, MOST_IN_ALL, narrowed, share
from whence.dialects.desk.tests.test_flags import alert
from whence.dialects.desk.tests.test_problem_order import problem
from whence.domain.event import Severity
from whence.domain.identity import new_id

ORDERS, CART = "SERVICE-00AA11BB22CC33DD", "SERVICE-5C0E77A1D2B93F46"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], MOST_ALERTS),
        ([1], MOST_ALERTS),
        ([10_000], MOST_ALERTS),
        ([200] * 100, 200),
        ([200] * 101, 198),
        ([1] * 4_990 + [10_000] * 10, MOST_ALERTS),
        ([10_000] * 5_000, 4),
        ([1] * 30_000, 1),
    ],
)
def test_how_many_alerts_of_each_are_read(counts: list[int], expected: int) -> None:
    """As many as there is room for, those of small problems all."""
    each = share(counts)

    assert each == expected
    assert sum(min(count, each) for count in counts) <= max(MOST_IN_ALL, len(counts))


def test_a_problem_of_several_dialects_reads_as_if_it_held_ours_alone() -> None:
    """[5] Its title, its severity and whom it affects are those of what is seen; its life is its own."""
    mixed = problem(
        7, title="down", severity=Severity.CRITICAL, types=("ERROR_EVENT", "PERFORMANCE_EVENT", "down"),
        dialects=("desk", "whence"), entity_ids=(ORDERS, CART), alert_count=3,
    )  # fmt: skip
    common: dict[str, Any] = {"subjects": (CART,), "dialect": "desk"}
    slow = alert(title="slow", type="PERFORMANCE_EVENT", severity=Severity.WARNING, **common)
    errors = [alert(title=title, type="ERROR_EVENT", **common) for title in ("first", "second")]

    seen = narrowed(mixed, [slow, *errors])

    assert seen == replace(
        mixed, title="first", severity=Severity.ERROR, types=("ERROR_EVENT", "PERFORMANCE_EVENT"),
        dialects=("desk",), entity_ids=(CART,),
    )  # fmt: skip


def test_of_a_problem_that_has_gone_into_another_the_types_are_left() -> None:
    """[5.6] Its alerts are the other's by now; what others said of it is not told."""
    mixed = problem(
        7, title="down", severity=Severity.CRITICAL, types=("CUSTOM_ALERT", "ERROR_EVENT", "down"),
        dialects=("desk", "whence"), entity_ids=(ORDERS,), merged_into=new_id(NOW),
    )  # fmt: skip

    seen = narrowed(mixed, [])

    assert (seen.title, seen.severity, seen.types) == ("Error event", Severity.ERROR, ("CUSTOM_ALERT", "ERROR_EVENT"))
    assert (seen.dialects, seen.entity_ids) == (("desk",), ())
