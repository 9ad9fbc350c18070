"""Runs where the vendor's Python client is installed, and does with it what it is told.

Arguments: base URL, token, how often to repeat what was refused. Each line of stdin is one call,
`{"call": "events_v2.list", "given": {…}}`: a method of the client's own, by its path, or one of `_BUILT`. Each line of
stdout is what came of it: `{"value": …}`, the client's objects as their public attributes, or `{"raised": …}`.
"""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from importlib import import_module
from operator import attrgetter
from typing import Any, Final, cast

_CLIENT: Final = import_module("dynatrace")
_EVENT: Final = import_module("dynatrace.environment_v1.event")
_TAGS: Final = import_module("dynatrace.environment_v2.custom_tags")
_HTTP: Final = import_module("dynatrace.http_client")
_OBJECT: Final = import_module("dynatrace.dynatrace_object")
_PAGES: Final = import_module("dynatrace.pagination")


def main() -> None:
    """Answer every line of stdin."""
    url, token, retries = sys.argv[1:]
    client = _CLIENT.Dynatrace(url, token, retries=int(retries))
    http = _HTTP.HttpClient(url, token, retries=int(retries))
    for line in sys.stdin:
        asked = json.loads(line)
        built = _BUILT.get(asked["call"])
        try:
            value = (
                built(client, http, asked["given"]) if built else attrgetter(asked["call"])(client)(**asked["given"])
            )
            answer = {"value": _plain(value)}
        except Exception as error:  # noqa: BLE001  the client raises nothing narrower
            answer = {"raised": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)  # noqa: T201  to the test that started this


def _push(_: Any, http: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401  the client's own
    """An event on entities and tag rules: `create_event` of the client knows a single entity only."""
    rules = [_EVENT.TagMatchRule(rule["meTypes"], rule["tags"]) for rule in given.get("tag_rules", [])]
    attached = _EVENT.PushEventAttachRules(given.get("entity_ids"), rules)
    fields = {name: value for name, value in given.items() if name not in {"entity_ids", "tag_rules"}}
    times = {name: datetime.fromisoformat(fields[name]) for name in ("start", "end") if name in fields}
    return _EVENT.EventCreation(http, attach_rules=attached, **{**fields, **times}).post()


def _register(client: Any, _: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401  the client's own
    return client.custom_devices.create(**given).post()


def _register_v2(client: Any, _: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401  the client's own
    return client.entities.create_custom_device(**given).post()


def _tag(client: Any, _: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401  the client's own
    tags = [_TAGS.AddEntityTags(**tag) for tag in given["tags"]]
    return client.custom_tags.post(given["entity_selector"], tags)


_BUILT: Final[Mapping[str, Callable[[Any, Any, Mapping[str, Any]], Any]]] = {
    "push": _push,
    "register": _register,
    "register_v2": _register_v2,
    "tag": _tag,
}


def _plain(value: Any) -> Any:  # noqa: ANN401  any object of the client
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.isoformat()
        case dict():
            return {str(name): _plain(one) for name, one in cast("dict[Any, Any]", value).items()}
        case list():
            return [_plain(one) for one in cast("list[Any]", value)]
        case _:
            return _plain_object(value)


def _plain_object(value: Any) -> Any:  # noqa: ANN401  any object of the client
    if isinstance(value, _OBJECT.DynatraceObject):
        attributes: dict[str, Any] = cast("Any", vars(value))
        return {name: _plain(one) for name, one in attributes.items() if not name.startswith("_")}
    if isinstance(value, (_PAGES.PaginatedList, _PAGES.HeaderPaginatedList)):
        return [_plain(one) for one in value]
    if hasattr(value, "status_code"):
        return {"status": value.status_code, "body": value.json() if value.content else None}
    return value


if __name__ == "__main__":
    main()
