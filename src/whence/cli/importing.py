"""Registers what files describe: entities first, then how they stand to each other."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar

from rich.text import Text

from whence.cli.client import Client, Json, RefusedError
from whence.cli.descriptors import read
from whence.cli.failure import CommandError
from whence.cli.output import Style, indented, plain, progress, say, stdout, table, write
from whence.descriptors.found import Faulty, FoundEntity, FoundRelation

_MOST: Final = 1_000  # in a request; the server takes 10,000, and a bar should move
_LARGEST: Final = 1_000_000  # bytes; a server takes 2 MiB unless told otherwise
_INDEX: Final = re.compile(r"(?:entities|relations)\[(\d+)\]\.?")
_SPOILED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
_VOLATILE: Final = frozenset({"first_seen", "last_seen"})

Item = TypeVar("Item", FoundEntity, FoundRelation)


@dataclass(kw_only=True)
class _Tally:
    """What became of everything."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    relations: int = 0
    refused: list[Faulty] = field(default_factory=list[Faulty])
    ignored: list[Faulty] = field(default_factory=list[Faulty])


def import_files(client: Client, files: Sequence[Path], *, output: Style) -> None:
    """Register what the files describe.

    Raises:
        CommandError: something was refused (all the rest stands), or the server cannot be reached.
    """
    tally = _Tally()
    entities, relations = _read(files, tally)
    standing = _standing(client, sorted({str(one.body.get("type", "SERVICE")) for one in entities}))
    with progress("Entities", len(entities)) as advance:
        for one, answer in _put(client, "entities", entities, tally, advance):
            before = standing.get(answer["id"])
            if before is None:
                tally.created += 1
            elif before == _lasting(answer):
                tally.unchanged += 1
            else:
                tally.updated += 1
            standing[answer["id"]] = _lasting(answer)
            del one
    with progress("Relations", len(relations)) as advance:
        tally.relations = sum(1 for _ in _put(client, "relations", relations, tally, advance))
    _print(tally, output)
    if tally.refused:
        raise CommandError(f"{len(tally.refused):,} refused", remedy="mend what is named above, and import again")


def _read(files: Sequence[Path], tally: _Tally) -> tuple[list[FoundEntity], list[FoundRelation]]:
    entities: list[FoundEntity] = []
    relations: dict[str, FoundRelation] = {}
    first: dict[tuple[str, str], FoundEntity] = {}
    for path in files:
        for found in read(path):
            if isinstance(found, Faulty):
                tally.refused.append(found)
                continue
            tally.refused += found.faulty
            tally.ignored += found.ignored
            for relation in found.relations:
                relations.setdefault(json.dumps(relation.body, sort_keys=True), relation)
            for entity in found.entities:
                names = [(kind, str(entity.body[kind])) for kind in ("id", "tag") if entity.body.get(kind)]
                clash = next((first[name] for name in names if name in first), None)
                if clash is not None:
                    reason = f"{entity.label} is described already at {clash.place}"
                    tally.refused.append(Faulty(place=entity.place, reason=reason))
                    continue
                first.update(dict.fromkeys(names, entity))
                entities.append(entity)
    return entities, list(relations.values())


def _standing(client: Client, types: Sequence[str]) -> dict[str, Json]:
    """What the account has of these types, by id, without what changes by being sent again."""
    if not types:
        return {}
    found: dict[str, Json] = {}
    query = [("type", name) for name in types] if len(types) <= 100 else []  # noqa: PLR2004  that many the API takes
    cursor: str | None = None
    while True:
        behind = [] if cursor is None else [("cursor", cursor)]
        page = client.get("/v1/entities", [*query, ("limit", "1000"), *behind])
        found.update({entity["id"]: _lasting(entity) for entity in page["entities"]})
        cursor = page["next"]
        if cursor is None:
            return found


def _lasting(entity: Json) -> Json:
    return {name: value for name, value in entity.items() if name not in _VOLATILE}


def _put(
    client: Client, noun: str, items: Sequence[Item], tally: _Tally, advance: Callable[[int], None]
) -> Iterator[tuple[Item, Json]]:
    """Each item that the server takes, with its answer.

    A request is taken whole or not at all: what spoils it is taken out, and the rest is sent again.
    """
    waiting = list(_batches(items))[::-1]
    while waiting:
        batch = waiting.pop()
        try:
            answer = client.send("PUT", f"/v1/{noun}", content=json.dumps({noun: [one.body for one in batch]}).encode())
        except RefusedError as refused:
            if refused.status not in _SPOILED:
                raise
            spoilt = _spoilt(refused)
            if not spoilt and len(batch) > 1:  # it does not say which: halve until it is alone
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
                continue
            spoilt = spoilt or {0: [str(refused)]}
            for n, reasons in sorted(spoilt.items()):
                reason = plain(f"{batch[n].label}: {'; '.join(reasons)}")
                tally.refused.append(Faulty(place=batch[n].place, reason=reason))
            advance(len(spoilt))
            if rest := [one for n, one in enumerate(batch) if n not in spoilt]:
                waiting.append(rest)
            continue
        yield from zip(batch, answer[noun], strict=True)
        advance(len(batch))


def _spoilt(refused: RefusedError) -> dict[int, list[str]]:
    """The faults by the index of the item they are in; empty when not all say where they are."""
    faults: dict[int, list[str]] = {}
    for path, message in refused.violations:
        index = _INDEX.match(path)
        if index is None:
            return {}
        name = path[index.end() :]
        faults.setdefault(int(index[1]), []).append(f"{name}: {message}" if name else message)
    return faults


def _batches(items: Sequence[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for one in items:
        length = len(json.dumps(one.body))
        if batch and (len(batch) == _MOST or size + length > _LARGEST):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    if batch:
        yield batch


def _print(tally: _Tally, output: Style) -> None:
    tally.refused.sort(key=lambda one: (one.place.file, one.place.line))
    if output is Style.JSON:
        refused = [{"file": one.place.file, "line": one.place.line, "reason": one.reason} for one in tally.refused]
        counts = {name: getattr(tally, name) for name in ("created", "updated", "unchanged", "relations")}
        write(indented({**counts, "ignored": len(tally.ignored), "refused": refused}))
        return
    for one in tally.ignored:
        say(f"{one.place}: ignored: {one.reason}", "dim")
    for one in tally.refused:
        say(f"{one.place}: refused: {one.reason}", "red")
    counted = table("created", "updated", "unchanged", "refused", "relations")
    counts = (tally.created, tally.updated, tally.unchanged, len(tally.refused), tally.relations)
    counted.add_row(*(Text(f"{count:,}") for count in counts))
    stdout().print(counted)
