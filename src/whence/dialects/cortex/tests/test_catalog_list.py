"""B1.4: the list of the entities, by tag, with its filters and pages."""

import pytest
from httpx import AsyncClient

from tests.builders import draft
from tests.tenants import Tenant
from whence.dialects.cortex.tests.uploads import CATALOG, details, tags, upload
from whence.domain.entity import Tag


@pytest.fixture
async def shop(admin: AsyncClient, tenant: Tenant) -> AsyncClient:
    """A client of an account with a little of everything."""
    await upload(admin, "api", title="Checkout API", groups=["shop", "tier, 1"], owners=[{"name": "pay"}],
                 git={"github": {"repository": "org/api"}}, description="takes 100% of orders")  # fmt: skip
    await upload(admin, "web", title="Storefront", groups=["shop"], owners=[{"name": "front"}, {"name": "pay"}],
                 git={"gitlab": {"repository": "org/web"}})  # fmt: skip
    await upload(admin, "db", title="Ledger", type="aws-rds", owners=[{"type": "email", "email": "a@example.com"}])
    await upload(admin, "pay", title="Payments", type="team")
    await tenant.register(
        draft("Node", tag="node", type="HOST", tags=(Tag(key="group", value="shop"), Tag(key="owner", value="ops")))
    )
    await upload(admin, "old", title="Old shop")
    await admin.put(f"{CATALOG}/old/archive")
    return admin


ALL = ["api", "db", "node", "pay", "web"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ALL),
        ("unknown=x", ALL),
        ("includeArchived=false", ALL),
        ("includeArchived=TRUE", ["api", "db", "node", "old", "pay", "web"]),
        ("types=service", ["api", "web"]),
        ("types=service,aws-rds", ["api", "db", "web"]),
        ("types=service&types=team", ["api", "pay", "web"]),
        ("types=host", ["node"]),
        ("types=HOST", []),
        ("types=aws_rds,AWS-RDS,aws.rds", []),
        ("types=Service,TEAM", ["api", "pay", "web"]),
        ("types=nova", []),
        ("types=", ALL),
        ("groups=shop", ["api", "node", "web"]),
        ("groups=tier%2C%201", []),
        ("groups=nope,%20shop%20", ["api", "node", "web"]),
        ("groups=SHOP", []),
        ("owners=pay", ["api", "web"]),
        ("owners=front,ops", ["node", "web"]),
        ("gitRepositories=org/api", ["api"]),
        ("gitRepositories=org/api,org/web", ["api", "web"]),
        ("gitRepositories=org", []),
        ("query=checkout", ["api"]),
        ("query=ledger%20DB", ["db"]),
        ("query=100%25", ["api"]),
        ("query=_", []),
        ("query=web&groups=shop", ["web"]),
        ("groups=shop&owners=pay&types=service&gitRepositories=org/web", ["web"]),
        ("groups=shop&types=team", []),
        ("includeArchived=true&query=shop", ["old"]),
    ],
)
async def test_filters(shop: AsyncClient, query: str, expected: list[str]) -> None:
    """[B1.4] Any of a parameter's values, repeated or joined by commas; every parameter. By tag."""
    answer = await shop.get(f"{CATALOG}?{query}")

    found = answer.json()
    assert [entity["tag"] for entity in found["entities"]] == expected
    assert (found["page"], found["total"], found["totalPages"]) == (0, len(expected), min(len(expected), 1))


async def test_groups_that_were_added_count(shop: AsyncClient) -> None:
    """[B1.4, B4] The filter finds them, and the rows show them."""
    await shop.put(f"{CATALOG}/db/groups", json={"groups": [{"tag": "late"}]})

    assert await tags(shop, groups="late") == ["db"]
    assert (await details(shop, "db"))["groups"] == ["late"]


async def test_pages(shop: AsyncClient) -> None:
    """[A6] Numbered from 0; one array; past the end there is nothing."""
    pages = [(await shop.get(CATALOG, params={"pageSize": "2", "page": str(n)})).json() for n in (0, 1, 2, 3, 10**9)]

    assert [[entity["tag"] for entity in page["entities"]] for page in pages] == [
        ["api", "db"], ["node", "pay"], ["web"], [], [],
    ]  # fmt: skip
    assert [(page["page"], page["total"], page["totalPages"]) for page in pages] == [
        (n, 5, 3) for n in (0, 1, 2, 3, 10**9)
    ]
    assert list(pages[0]) == ["entities", "page", "total", "totalPages"]


async def test_an_empty_account(admin: AsyncClient) -> None:
    """[A6.4] No entities, no pages; also with a trailing slash."""
    for path in (CATALOG, f"{CATALOG}/"):
        answer = await admin.get(path, headers={"content-type": "application/yaml"})
        assert answer.text == '{"entities":[],"page":0,"total":0,"totalPages":0}'


async def test_rows_show_what_is_asked_for(admin: AsyncClient) -> None:
    """[B1.4] Links, metadata, Slack and owners are not there by default; ownership never."""
    await upload(
        admin, "a", link=[{"url": "https://a.example", "name": "n", "type": "t"}], custom_metadata={"tier": 1},
        owners=[{"name": "pay"}], slack={"channels": [{"name": "ops"}]},
    )  # fmt: skip
    whole = await details(admin, "a", includeOwners="true")

    (plain,) = (await admin.get(CATALOG)).json()["entities"]
    query = "includeLinks=True&includeMetadata=True&includeOwners=True&includeSlackChannels=True"
    (full,) = (await admin.get(f"{CATALOG}?{query}")).json()["entities"]

    empty: dict[str, object] = {"links": [], "metadata": [], "slackChannels": []}
    assert plain == {key: value for key, value in whole.items() if key not in {"ownership", "owners"}} | empty
    assert full == {key: value for key, value in whole.items() if key != "ownership"}


async def test_tags_are_sorted_letter_by_letter(admin: AsyncClient) -> None:
    """[B1.4] The same wherever the database runs."""
    for tag in ("b", "B", "a/b", "a", "\N{LATIN SMALL LETTER A WITH DIAERESIS}", "-"):
        await upload(admin, tag)

    assert await tags(admin) == ["-", "B", "a", "a/b", "b", "\N{LATIN SMALL LETTER A WITH DIAERESIS}"]
