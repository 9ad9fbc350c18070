"""Whom an event is put on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from httpx import AsyncClient

from tests.tenants import MakeTenant, Tenant
from whence.dialects.desk.ids import environment
from whence.dialects.desk.tests.pushing import (
    CART,
    MACHINE,
    ORDERS,
    by_tags,
    drafted,
    message,
    push,
    pushed,
    refused,
    tagged,
    violations,
)
from whence.dialects.desk.tests.stored import stored
from whence.domain.access import Right
from whence.domain.entity import Draft
from whence.domain.entity_test import WithId

BLUE: Final = "PROCESS_GROUP-0000000000000B1E"
NO_MATCH: Final = "Invalid attachRules object provided. No entity IDs match: Matching rule: PushEventAttachRules"


@pytest.fixture(autouse=True)
async def known(tenant: Tenant) -> None:
    """Two services, a host and a process group, with tags."""
    await tenant.register(
        drafted(CART, tagged("app", "cart", "KUBERNETES"), tagged("blue"), tagged("stage", "prod"), name="cart"),
        drafted(ORDERS, tagged("app", "orders", "KUBERNETES"), tagged("stage", "test"), tagged("stage:prod")),
        drafted(MACHINE, tagged("blue"), tagged("app", "cart", "AWS"), tagged("Case")),
        drafted(BLUE, tagged("blue"), tagged("blue", "dark")),
    )


async def concerned(tenant: Tenant) -> list[str]:
    """The entity of each event of the account, in the order of the ids."""
    return sorted(str(event.scope.only_entity) for event in await stored(tenant))


_K8S_CART: Final = {"context": "KUBERNETES", "key": "app", "value": "cart"}
_ANY: Final = ["SERVICE", "HOST", "PROCESS_GROUP"]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ({"entityIds": [ORDERS]}, [ORDERS]),
        ({"entityIds": [ORDERS, MACHINE, ORDERS]}, [MACHINE, ORDERS]),
        ({"entityIds": [ORDERS], **by_tags("blue")}, [ORDERS, CART]),
        ({"entityIds": [CART], **by_tags("blue")}, [CART]),
        (by_tags("blue", types=_ANY), [BLUE, CART, MACHINE]),
        (by_tags("blue", types=["HOST"]), [MACHINE]),
        (by_tags("blue", types=["HOST", "PROCESS_GROUP"]), [BLUE, MACHINE]),
        (by_tags("blue", _K8S_CART, types=_ANY), [CART]),
        (by_tags("blue", {**_K8S_CART, "context": "AWS"}, types=_ANY), [MACHINE]),
        (
            {"tagRule": [{"meTypes": ["HOST"], "tags": ["blue"]}, {"meTypes": ["SERVICE"], "tags": ["stage:test"]}]},
            [MACHINE, ORDERS],
        ),
        (by_tags({"key": "blue", "value": "dark"}, types=_ANY), [BLUE]),
        (by_tags({"key": "stage", "value": "prod"}, types=_ANY), [CART]),
        (by_tags("stage:prod", types=_ANY), [CART]),
        (by_tags({"key": "stage:prod"}, types=_ANY), [CART, ORDERS]),
        (by_tags(r"stage\:prod", types=_ANY), [CART, ORDERS]),
        (by_tags({"context": "CONTEXTLESS", "key": "stage:prod", "value": None}, types=_ANY), [CART, ORDERS]),
    ],
    ids=range(16),
)
async def test_these_rules_mean_these_entities(
    desk: AsyncClient, tenant: Tenant, rules: Mapping[str, Any], found: list[str]
) -> None:
    """[3.7] Ids and rules united; several rules or types are OR, several tags AND; each entity once."""
    answer = await pushed(desk, message(attachRules=rules))

    assert len(answer["storedEventIds"]) == len(found)
    assert await concerned(tenant) == sorted(found)


@pytest.mark.parametrize(
    ("rules", "shown"),
    [
        (by_tags("case"), "{entityIds=null, tagRules=[TagMatchRule{meTypes=[SERVICE], tags=[[CONTEXTLESS]case]}]}"),
        (by_tags("case", types="HOST"), None),
        (by_tags("stage", types=_ANY), None),
        (by_tags({"key": "app", "value": "cart"}, types=_ANY), None),
        (by_tags({"context": "KUBERNETES", "key": "app"}, types=_ANY), None),
        (by_tags({"context": "KUBERNETES", "key": "app:cart"}, types=_ANY), None),
        (by_tags({"key": "blue", "value": "light"}, types=_ANY), None),
        (by_tags("blue", "stage:test", types=_ANY), None),
        (by_tags("blue", types=["QUEUE"]), None),
        (
            by_tags("no", {"context": "AWS", "key": "a", "value": "x"}, {"context": "AWS", "key": "y"}),
            "{entityIds=null, tagRules=[TagMatchRule{meTypes=[SERVICE], tags=[[CONTEXTLESS]no, [AWS]a:x, [AWS]y]}]}",
        ),
        (
            {"entityIds": ["Nobody's", "7"], "tagRule": [
                {"meTypes": ["HOST", "HOST"], "tags": ["a:b"]}, {"meTypes": ["QUEUE"], "tags": ["c"]}]},
            (
                "{entityIds=[Nobody's, 7], tagRules=[TagMatchRule{meTypes=[HOST, HOST], tags=[[CONTEXTLESS]a:b]}, "
                "TagMatchRule{meTypes=[QUEUE], tags=[[CONTEXTLESS]c]}]}"
            ),
        ),
        ({"entityIds": ["nobody"], "tagRule": None}, "{entityIds=[nobody], tagRules=null}"),
    ],
    ids=range(12),
)  # fmt: skip
async def test_these_rules_mean_nobody(
    desk: AsyncClient, tenant: Tenant, rules: Mapping[str, Any], shown: str | None
) -> None:
    """[3.7, 3.9] Context, key and value are compared exactly; the rules are shown as sent, and nothing is stored."""
    answer = await push(desk, message(attachRules=rules))

    said = refused(answer)
    assert said.startswith(NO_MATCH)
    assert shown is None or said == NO_MATCH + shown
    assert await stored(tenant) == []


async def test_the_order_is_that_of_the_ids_then_by_id(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.7] All of them at one start."""
    answer = await pushed(desk, message(attachRules={"entityIds": [ORDERS, MACHINE], **by_tags("blue", types=_ANY)}))

    timeline = tenant.house.context.timeline
    found = [
        await timeline.numbered(tenant.admin, number, start=None, dialect="desk") for number in answer["storedEventIds"]
    ]
    assert [event.scope.only_entity for event in found] == [ORDERS, MACHINE, BLUE, CART]
    assert len({event.span.start for event in found}) == 1


async def test_some_rules_may_match_nothing(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.7] 200 with the matches of the others."""
    rules = [{"meTypes": ["HOST"], "tags": ["nobody"]}, {"meTypes": ["HOST"], "tags": ["blue"]}]

    answer = await pushed(desk, message(attachRules={"tagRule": rules}))

    assert answer.keys() == {"storedEventIds", "storedIds", "storedCorrelationIds"}
    assert await concerned(tenant) == [MACHINE]


async def test_an_id_nobody_knows_is_registered(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.7] With the type of its prefix and its id for a name; a first call succeeds without a topology."""
    answer = await pushed(desk, message(attachRules={"entityIds": ["QUEUE-7", ORDERS, "queue-07"]}))

    (queue,) = await tenant.house.context.catalog.select(tenant.admin, WithId(ids=("QUEUE-0000000000000007",)), limit=9)
    assert (queue.type, queue.name, queue.tags) == ("QUEUE", "QUEUE-0000000000000007", ())
    assert len(answer["storedEventIds"]) == 2
    assert await concerned(tenant) == ["QUEUE-0000000000000007", ORDERS]


async def test_what_was_known_stays_exactly_as_it_was(desk: AsyncClient, tenant: Tenant) -> None:
    """An event is no registration."""
    await pushed(desk, message(attachRules={"entityIds": [CART]}))

    (cart,) = await tenant.house.context.catalog.select(tenant.admin, WithId(ids=(CART,)), limit=2)
    assert (cart.name, len(cart.tags)) == ("cart", 3)


@pytest.mark.parametrize(
    "unknown", ["NOPE-0000000000000001", "HOST-XYZ", "HOST-12345678901234567", "nobody", "", "-", "7"]
)
async def test_what_is_no_known_types_id_is_ignored(desk: AsyncClient, tenant: Tenant, unknown: str) -> None:
    """[3.7] Listed as sent beside those that are known; alone it matches nothing."""
    beside = await pushed(desk, message(attachRules={"entityIds": [unknown, CART, unknown]}))
    alone = await push(desk, message(attachRules={"entityIds": [unknown]}))

    assert beside["ignoredEntityIds"] == [unknown]
    assert len(beside["storedEventIds"]) == 1
    assert refused(alone) == f"{NO_MATCH}{{entityIds=[{unknown}], tagRules=null}}"
    assert await concerned(tenant) == [CART]


async def test_an_id_without_digits_is_nobodys(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.5] [3.7] An empty variable of a template; alone it matches nothing."""
    beside = await pushed(desk, message(attachRules={"entityIds": ["HOST-", ORDERS]}))
    alone = await push(desk, message(attachRules={"entityIds": ["HOST-"]}))

    assert (beside["ignoredEntityIds"], len(beside["storedIds"])) == (["HOST-"], 1)
    assert refused(alone) == f"{NO_MATCH}{{entityIds=[HOST-], tagRules=null}}"
    assert await concerned(tenant) == [ORDERS]


@pytest.mark.parametrize("unknown", ["ENVIRONMENT-00000000000000AB", environment(UUID(int=7))])
async def test_an_account_has_one_environment(desk: AsyncClient, tenant: Tenant, unknown: str) -> None:
    """[4] It stands by its id, with the name of the account; any other one is nobody's."""
    own = environment(tenant.admin.account_id)

    beside = await pushed(desk, message(attachRules={"entityIds": [unknown, own]}))
    alone = await push(desk, message(attachRules={"entityIds": [unknown]}))
    selected = await desk.post(
        "/api/v2/events/ingest",
        json={"eventType": "CUSTOM_INFO", "title": "t", "entitySelector": f'entityId("{unknown}")'},
    )

    assert beside["ignoredEntityIds"] == [unknown]
    assert refused(alone) == f"{NO_MATCH}{{entityIds=[{unknown}], tagRules=null}}"
    assert selected.json()["reportCount"] == 0
    assert await concerned(tenant) == [own]
    catalog = tenant.house.context.catalog
    assert (await catalog.require(tenant.admin, own)).name == tenant.name
    assert await catalog.named(tenant.admin, [unknown]) == {}


@pytest.fixture
async def rejecting(anonymous: AsyncClient, tenant: Tenant) -> AsyncClient:
    """A client whose token refuses ids that nobody registered."""
    _, token = await tenant.house.context.access.create_token(
        None,
        name="strict",
        account=tenant.name,
        rights=[Right.WRITE_EVENTS],
        options={"desk": {"unknown_entity_ids": "reject"}},
    )
    anonymous.headers["authorization"] = f"Api-Token {token}"
    return anonymous


async def test_unknown_ids_may_be_rejected(rejecting: AsyncClient, tenant: Tenant) -> None:
    """[3.7] With `reject`: listed beside known ones, alone the no-match error, and nothing is registered."""
    beside = await pushed(rejecting, message(attachRules={"entityIds": ["queue-7", CART]}))
    alone = await push(rejecting, message(attachRules={"entityIds": ["queue-7"]}))

    assert beside["ignoredEntityIds"] == ["queue-7"]
    assert refused(alone) == f"{NO_MATCH}{{entityIds=[queue-7], tagRules=null}}"
    assert await tenant.house.context.catalog.named(tenant.admin, ["QUEUE-0000000000000007"]) == {}


async def test_a_tag_rule_registers_nobody(desk: AsyncClient, tenant: Tenant) -> None:
    """[3.7] Whatever is set."""
    before = await tenant.house.context.catalog.count(tenant.admin, WithId(ids=(CART, ORDERS, MACHINE, BLUE)))

    await push(desk, message(attachRules=by_tags("nobody")))

    assert before == 4
    assert await tenant.house.context.catalog.count(tenant.admin, WithId(ids=(CART, ORDERS, MACHINE, BLUE))) == 4


async def test_a_tag_is_in_force_at_once(desk: AsyncClient, tenant: Tenant) -> None:
    """[4.1, 8] Upstream needs up to a minute; what was remembered of the rule is forgotten."""
    rules = by_tags("lane:green")
    before = await push(desk, message(attachRules=rules))

    await tenant.register(drafted(CART, tagged("lane", "green")))
    after = await push(desk, message(attachRules=rules))
    await tenant.register(drafted(CART))
    gone = await push(desk, message(attachRules=rules))

    assert [answer.status_code for answer in (before, after, gone)] == [400, 200, 400]


async def test_an_archived_entity_passes_no_rule(desk: AsyncClient, tenant: Tenant) -> None:
    """It is named by its id only."""
    await tenant.register(Draft(id=CART, type="SERVICE", name="cart", tags=(tagged("old"),), archived=True))

    by_rule = await push(desk, message(attachRules=by_tags("old")))
    by_id = await push(desk, message(attachRules={"entityIds": [CART]}))

    assert (by_rule.status_code, by_id.status_code) == (400, 200)


async def test_an_entity_is_found_by_its_other_names(desk: AsyncClient, tenant: Tenant) -> None:
    """An alias may be the id that the vendor's installation had for it."""
    await tenant.register(Draft(id=CART, type="SERVICE", name="cart", aliases=("SERVICE-00000000000000AA", "cart-x")))

    await pushed(desk, message(attachRules={"entityIds": ["SERVICE-AA", "cart-x"]}))

    assert await concerned(tenant) == [CART]


async def test_rules_may_look_at_what_was_seen_lately_only(
    anonymous: AsyncClient, tenant: Tenant, desk: AsyncClient
) -> None:
    """[3.7] A setting, off by default; ids bypass it, and an event that names an entity is a sight of it."""
    _, token = await tenant.house.context.access.create_token(
        None,
        name="lately",
        account=tenant.name,
        rights=[Right.WRITE_EVENTS],
        options={"desk": {"tag_match_seen_hours": "24"}},
    )
    anonymous.headers["authorization"] = f"Api-Token {token}"
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    async with tenant.house.pool.transaction() as db:
        account = tenant.admin.account_id
        await db.execute("update entity set last_seen = $2 where account_id = $1", account, long_ago)
    tenant.house.context.catalog.heard(str(tenant.admin.account_id))
    rules = message(attachRules=by_tags("blue"))

    unseen = await push(anonymous, rules)
    any_time = await push(desk, message(attachRules=by_tags("blue", types=["HOST"])))
    by_id = await push(anonymous, message(attachRules={"entityIds": [CART]}))
    seen = await push(anonymous, rules)

    assert [answer.status_code for answer in (unseen, any_time, by_id, seen)] == [400, 200, 200, 200]


async def test_another_accounts_entities_are_nobodys(desk: AsyncClient, account: MakeTenant) -> None:
    """A tag rule never looks over the wall."""
    other = await account()
    await other.register(drafted("SERVICE-00000000000000FF", tagged("theirs")))

    answer = await push(desk, message(attachRules=by_tags("theirs")))

    assert "No entity IDs match" in refused(answer)


async def test_more_than_10000_entities_are_refused(desk: AsyncClient, tenant: Tenant) -> None:
    """One commit holds no more; nothing is stored or registered."""
    many = [f"HOST-{n:016X}" for n in range(10_001)]

    answer = await push(desk, message(attachRules={"entityIds": many}))

    assert violations(answer) == [("attachRules", "must not match more than 10000 entities")]
    assert await tenant.house.context.catalog.named(tenant.admin, many[:1]) == {}


async def test_a_large_body_on_many_entities_is_refused(desk: AsyncClient) -> None:
    """Each event keeps the body."""
    many = [f"HOST-{n:016X}" for n in range(1000)]

    answer = await push(desk, message(attachRules={"entityIds": many}, description="x" * 100_000))

    assert violations(answer) == [("attachRules", "matches 1000 entities, too many for a body of this size")]
