"""What the server registers from a descriptor is what an import of it would."""

from textwrap import dedent

from whence.descriptors import Described, read
from whence.descriptors.drafts import draft, said
from whence.domain.entity import Draft, RelationKind, Tag
from whence.domain.link import Link
from whence.domain.wanted import Said

DESCRIPTOR = dedent("""
    openapi: 3.0.1
    info:
      title: Checkout API
      description: Takes orders
      x-cortex-tag: checkout-api
      x-cortex-type: aws-lambda
      x-cortex-groups: [shop]
      x-cortex-link: [{name: Runbook, type: runbook, url: https://example.org/run}]
      x-cortex-custom-metadata: {tier: 1}
      x-cortex-parents: [{tag: shop}]
      x-cortex-children: [{tag: checkout-worker}]
      x-cortex-dependency: [{tag: payments-db, method: GET, path: /v1}, {tag: payments-db}]
""")


def described(text: str) -> Described:
    """What the only document says."""
    (found,) = read(text.encode(), file="")
    assert isinstance(found, Described)
    return found


def test_a_draft_says_what_the_descriptor_does() -> None:
    """Field by field, type and name put the same way."""
    (entity,) = described(DESCRIPTOR).entities

    assert draft(entity) == Draft(
        tag="checkout-api",
        type="AWS_LAMBDA",
        name="Checkout API",
        description="Takes orders",
        tags=(Tag(key="group", value="shop"),),
        links=(Link(title="Runbook", url="https://example.org/run"),),
        properties={"tier": 1},
    )


def test_what_is_not_said_is_not_there() -> None:
    """The least that a descriptor may say."""
    (entity,) = described("info: {title: A, x-cortex-tag: a}").entities

    assert draft(entity) == Draft(tag="a", type="SERVICE", name="A")


def test_relations_are_seen_from_the_entity() -> None:
    """A dependency is a call, a parent what it is part of, a child what is part of it; each once."""
    found = described(DESCRIPTOR)

    assert said("checkout-api", found.relations) == (
        Said(kind=RelationKind.CALLS, other="payments-db"),
        Said(kind=RelationKind.PART_OF, other="shop"),
        Said(kind=RelationKind.PART_OF, other="checkout-worker", outgoing=False),
    )
    assert said("payments-db", found.relations) == (
        Said(kind=RelationKind.CALLS, other="checkout-api", outgoing=False),
    )
    assert said("nobody", found.relations) == ()


def test_an_entity_that_calls_itself() -> None:
    """It is the source."""
    found = described("relations: [{from: a, to: a, kind: calls}]")

    assert said("a", found.relations) == (Said(kind=RelationKind.CALLS, other="a"),)
