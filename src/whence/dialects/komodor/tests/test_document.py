"""The OpenAPI document says what is served."""

from typing import Any

from httpx import AsyncClient
from starlette.routing import Route

from whence.dialects.komodor import DIALECT
from whence.server import House

METHODS = ("get", "put", "post", "delete", "patch")


async def document(client: AsyncClient) -> dict[str, Any]:
    """The document, as anybody may read it."""
    answer = await client.get("/mgmt/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


async def test_every_path_is_documented(anonymous: AsyncClient, house: House) -> None:
    """And no other."""
    written = await document(anonymous)

    served = {route.path for route in DIALECT.app(house.context).routes if isinstance(route, Route)}
    assert set(written["paths"]) == served


async def test_every_method_is_documented(anonymous: AsyncClient) -> None:
    """What the 405 of a path allows is what the document has."""
    written = await document(anonymous)

    for path, operations in written["paths"].items():
        refused = await anonymous.patch(path)
        assert refused.status_code == 405
        allowed = {method.lower() for method in refused.headers["allow"].split(", ")} - {"head"}
        assert allowed == set(operations) & set(METHODS), path


async def test_operations_are_told_apart_and_references_lead_somewhere(anonymous: AsyncClient) -> None:
    """Client generators fail on anything else."""
    written = await document(anonymous)
    names = [
        operation["operationId"]
        for operations in written["paths"].values()
        for method, operation in operations.items()
        if method in METHODS
    ]

    assert len(set(names)) == len(names)
    for reference in references(written):
        target: Any = written
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]


def references(value: object) -> set[str]:
    """Every `$ref` in the value."""
    match value:
        case {"$ref": str(reference)}:
            return {reference}
        case dict():
            return set[str]().union(*map(references, value.values()))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        case list():
            return set[str]().union(*map(references, value))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return set()
