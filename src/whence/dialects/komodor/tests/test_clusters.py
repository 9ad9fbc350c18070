"""The two lists of clusters."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.tenants import Tenant
from whence.dialects.komodor.tests.test_create import faults
from whence.domain.entity import Draft, Tag

URL = "https://k8s.eu-west.example.com"
REGISTERED = (
    Draft(
        type="CLUSTER",
        name="eu-west",
        tags=(
            Tag(key="stage", value="prod"),
            Tag(key="url", value="a:b"),
            Tag(context="aws", key="tier", value="1"),
            Tag(context="gcp", key="tier", value="2"),
        ),
        properties={"apiServerUrl": URL},
    ),
    Draft(type="CLUSTER", name="empty", properties={"apiServerUrl": 7}),
    Draft(name="cart", cluster="eu-west"),
    Draft(name="cart", cluster="eu-north"),
    Draft(name="ledger", cluster="eu-north"),
    Draft(name="loose"),
    Draft(name="gone", cluster="us-east", archived=True),
)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["empty", "eu-north", "eu-west"]),
        ({"clusterName": "eu-west"}, ["eu-west"]),
        ({"clusterName": ["eu-west", "eu-north", "mars"]}, ["eu-north", "eu-west"]),
        ({"clusterName": "mars"}, []),
        ({"tags": "stage:prod"}, ["eu-west"]),
        ({"tags": "stage:test"}, []),
        ({"tags": ["stage:prod", "url:a:b"]}, ["eu-west"]),
        ({"tags": "stage:prod", "clusterName": "eu-north"}, []),
        ({"tags": ["stage:prod", "stage:dev"]}, []),
        ({"tags": ["stage:dev", "stage:prod"]}, []),
        ({"tags": ["stage:prod", "stage:prod"]}, ["eu-west"]),
        ({"tags": ["tier:1", "tier:2"]}, ["eu-west"]),
        ({"tags": "tier:1"}, ["eu-west"]),
    ],
)
async def test_clusters_are_found(
    komodor: AsyncClient, tenant: Tenant, query: dict[str, Any], expected: list[str]
) -> None:
    """[7.5] Those registered and those that services are in, by name and by all of the tags."""
    await tenant.register(*REGISTERED)

    answer = await komodor.get("/api/v2/clusters", params=query)

    assert answer.status_code == 200
    found = answer.json()
    assert [cluster["name"] for cluster in found["data"]["clusters"]] == expected
    assert found["meta"] == {"pageSize": len(expected), "page": 0}


async def test_clusters_read_as_in_the_contract(komodor: AsyncClient, tenant: Tenant) -> None:
    """[7.5] `name`, `tags` and `apiServerUrl` always, an unknown URL is empty; the key's list has names only."""
    west, empty, *_ = await tenant.register(*REGISTERED)

    described = (await komodor.get("/api/v2/clusters")).json()["data"]["clusters"]
    named = (await komodor.get("/api/v2/user/clusters")).json()

    assert described == [
        {"name": "empty", "tags": {}, "apiServerUrl": "", "clusterId": empty.id},
        {"name": "eu-north", "tags": {}, "apiServerUrl": ""},
        {
            "name": "eu-west",
            "tags": {"stage": "prod", "url": "a:b", "tier": "2"},
            "apiServerUrl": URL,
            "clusterId": west.id,
        },
    ]
    assert named == {
        "data": {
            "clusters": [
                {"name": "empty", "clusterId": empty.id},
                {"name": "eu-north"},
                {"name": "eu-west", "clusterId": west.id},
            ]
        }
    }


async def test_a_tag_is_a_pair(komodor: AsyncClient) -> None:
    """[7.5] 400 for anything else."""
    answer = await komodor.get("/api/v2/clusters", params={"tags": ["a:b", "stage", ""]})

    assert faults(answer) == ["tags[1]: must be key:value", "tags[2]: must be key:value"]
