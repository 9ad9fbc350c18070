"""Descriptors as tests send them, and what is answered."""

from typing import Any, Final

import httpx
import yaml

UPLOAD: Final = "/api/v1/open-api"
CATALOG: Final = "/api/v1/catalog"
X: Final = "x-cortex-"


def text(tag: str, /, **info: Any) -> str:  # noqa: ANN401  whatever YAML can say
    """A descriptor: `custom_metadata={…}` is `x-cortex-custom-metadata`; `...` leaves a key out."""
    plain = {"title": tag, **{name: info.pop(name) for name in ("title", "description") if name in info}}
    named = {f"{X}{name.replace('_', '-')}": value for name, value in {"tag": tag, **info}.items()}
    said = {key: value for key, value in (plain | named).items() if value is not ...}
    return yaml.safe_dump({"openapi": "3.0.1", "info": said}, sort_keys=False, allow_unicode=True)


async def upload(client: httpx.AsyncClient, tag: str, /, **info: Any) -> None:  # noqa: ANN401  whatever YAML can say
    """The descriptor of the tag stands, without a word about it."""
    answer = await client.post(UPLOAD, content=text(tag, **info))
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "violations": []}), answer.text


async def merge(client: httpx.AsyncClient, tag: str, /, *, how: dict[str, str], **info: Any) -> httpx.Response:  # noqa: ANN401
    """What a PATCH answers; it says nothing of the title, unless it is given."""
    return await client.patch(UPLOAD, params=how, content=text(tag, **{"title": ..., **info}))


async def details(client: httpx.AsyncClient, tag: str, **query: str) -> dict[str, Any]:
    """The entity."""
    answer = await client.get(f"{CATALOG}/{tag}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def tags(client: httpx.AsyncClient, **query: str) -> list[str]:
    """The tags of the entities in a list, in its order."""
    answer = await client.get(CATALOG, params=query)
    assert answer.status_code == 200, answer.text
    return [entity["tag"] for entity in answer.json()["entities"]]


async def stored(client: httpx.AsyncClient, tag: str) -> dict[str, Any]:
    """What the stored descriptor says in `info`."""
    answer = await client.get(f"{CATALOG}/{tag}/openapi")
    assert answer.status_code == 200, answer.text
    return answer.json()["info"]


def violations(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """Kind, pointer and description of each violation; the answer is of that shape, and says the same as they do."""
    said = answer.json()
    assert list(said) == ["ok", "violations"]
    for violation in said["violations"]:
        assert violation["paths"] == []
        assert violation.keys() - {"startLine", "endLine"} == {
            "title", "description", "violationType", "pointer", "paths",
        }  # fmt: skip
    found = [(v["violationType"], v["pointer"], v["description"]) for v in said["violations"]]
    assert said["ok"] == (answer.status_code < 400) == all(kind != "MUST" for kind, _, _ in found)
    return found


def lines(answer: httpx.Response) -> list[tuple[int, int] | None]:
    """On which lines each violation is."""
    return [(v["startLine"], v["endLine"]) if "startLine" in v else None for v in answer.json()["violations"]]
