"""Bodies of any shape: understood or refused, never a bug."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from whence.dialects.komodor import decode, encode, tolerance, wire
from whence.dialects.komodor.fields import Receipt, read
from whence.dialects.komodor.http import DOCUMENT
from whence.dialects.komodor.options import Options
from whence.domain.access import Principal, Sees
from whence.domain.errors import Invalid, Violation

RECEIPT = Receipt(at=datetime(2026, 9, 21, tzinfo=UTC), time_fault=lambda _: None)
BY = Principal(
    account_id=UUID(int=1),
    account_name="a",
    token_id=UUID(int=2),
    name="ci",
    rights=frozenset(),
    sees=Sees.OWN,
    rate_per_minute=None,
    is_bootstrap=False,
    expires_at=None,
    secret=b"s",
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)
names = st.lists(st.text() | st.integers() | st.none(), max_size=3)
likely = {
    "eventType": st.text(max_size=60) | values,
    "summary": st.text() | values,
    "severity": st.sampled_from(["Info", "warning", "ERROR", None]) | values,
    "scope": st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("clusters", "servicesNames", "serviceNames", "namespaces"), names | values)
    )
    | values,
    "details": st.dictionaries(st.text(), values, max_size=3) | values,
    "timestamp": st.datetimes().map(lambda at: f"{at.isoformat()}Z") | st.floats() | values,
    "endTimestamp": st.integers() | values,
    "links": values,
    "idempotencyKey": values,
    "props": st.fixed_dictionaries({"type": st.just("all")}, optional={"fromEpoch": values, "toEpoch": values}),
    "pagination": st.fixed_dictionaries({}, optional={"pageSize": values, "token": values}),
}
bodies = st.fixed_dictionaries({}, optional={**likely, "other": values})


def attempt(model: type[BaseModel], body: dict[str, Any]) -> tuple[BaseModel | None, tuple[Violation, ...]]:
    """What the body says, or why not."""
    try:
        return read(model, body, RECEIPT), ()
    except Invalid as refusal:
        return None, refusal.violations


@given(body=bodies)
@pytest.mark.parametrize(
    "model",
    [wire.CustomEvent, wire.K8sEvent, wire.ImageSource, wire.ServicesSearch, wire.ClusterEventsSearch, wire.Close],
)
def test_every_body_is_understood_or_refused(model: type[BaseModel], body: dict[str, Any]) -> None:
    """[4.5] With a fault that names a field that the model has."""
    sent, faults = attempt(model, body)

    for fault in faults:
        assert fault.path.partition(".")[0].partition("[")[0] in model.model_fields
    assert (sent is None) == bool(faults)
    if isinstance(sent, wire.CustomEvent):
        report = decode.report(sent, b"{}", by=BY, receipt=RECEIPT, options=Options())
        assert report.type == body["eventType"]
        assert report.title == body["summary"]
        assert all(name.strip() for name in report.scope.places().clusters)
        assert encode.scope(report.scope)["clusters"] == list(report.scope.clauses[0].clusters)
        assert len(tolerance.warnings(wire.NoQuery(), sent)) <= 21


def documented_address() -> str:
    """The pattern that the document has for a link."""
    schemas = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))["components"]["schemas"]
    return schemas["CustomEvent"]["properties"]["links"]["items"]["properties"]["url"]["pattern"]


@given(address=st.from_regex(documented_address(), fullmatch=True))
def test_every_address_that_the_document_allows_is_taken(address: str) -> None:
    """A document that allows more than the code takes misleads who generates a client."""
    _, faults = attempt(wire.CustomEvent, {"eventType": "t", "summary": "s", "links": [{"url": address}]})

    assert not faults
