"""What this API says of an entity. Pure.

Source: Cortex contract B1.6. Names, descriptions and groups are the entity's, which other dialects change, too; all
else is from its descriptor, or from the one that follows from an entity that has none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from whence.dialects.cortex import dates, entity_type
from whence.dialects.cortex.described import GROUP, Info, tagged
from whence.dialects.cortex.descriptor_rules import X
from whence.dialects.cortex.shown import Shown
from whence.domain.entity import Entity

TEAM: Final = "TEAM"

_EMAIL: Final = "email"
_SLACK: Final = "slack"
_HOMES: Final[Mapping[str, str]] = {
    "github": "https://github.com/{repository}",
    "gitlab": "https://gitlab.com/{repository}",
    "bitbucket": "https://bitbucket.org/{repository}",
    "azure": "https://dev.azure.com/{project}/_git/{repository}",
}
GIT_PROVIDERS: Final = tuple(_HOMES)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one entity beside itself.

    `info`: what its descriptor says. `groups`: those it was added to by a call. `custom_data`: keys with their values.
    `teams`: the entities of this type whose tags are names of its owners.
    """

    info: Info
    updated_at: datetime
    groups: Sequence[str] = ()
    custom_data: Sequence[tuple[str, object]] = ()
    teams: Sequence[Entity] = ()


def row(entity: Entity, facts: Facts, shown: Shown, hierarchy: Mapping[str, object]) -> Row:
    """The entity, with as much as is to be shown."""
    info = facts.info
    said: Row = {"id": entity.cid, "tag": entity.tag, "name": entity.name, "type": entity_type.shown(entity, info)}
    if entity.description:
        said["description"] = entity.description
    said["isArchived"] = entity.archived
    said["lastUpdated"] = dates.written(facts.updated_at)
    said["groups"] = groups(entity, facts.groups)
    if (git := _git(info)) is not None:
        said["git"] = git
    said["hierarchy"] = hierarchy
    said["links"] = list(_links(info)) if shown.links else []
    said["metadata"] = [{"key": key, "value": value} for key, value in facts.custom_data] if shown.metadata else []
    said["slackChannels"] = list(_slack_channels(info)) if shown.slack else []
    if shown.ownership:
        said["ownership"] = _ownership(info)
    if shown.owners:
        said["owners"] = _owners(info, facts.teams)
    if shown.members and entity.type == TEAM:
        said["members"] = list(_members(info))
    return said


def node(entity: Entity, info: Info | None, added: Sequence[str] | None) -> Row:
    """The entity in another's hierarchy; with its groups, unless `added` (by calls) is None."""
    said: Row = {"id": entity.cid, "tag": entity.tag, "name": entity.name, "type": entity_type.shown(entity, info)}
    if entity.description:
        said["description"] = entity.description
    if added is not None:
        said["groups"] = groups(entity, added)
    return said


def groups(entity: Entity, added: Iterable[str]) -> list[str]:
    """The groups that the entity is in: those that are said of it, and those that it was added to."""
    return list(dict.fromkeys((*tagged(entity, GROUP), *added)))


def owner_names(info: Info) -> list[str]:
    """The names of the groups that own the entity."""
    return [str(owner["name"]) for owner in _group_owners(info)]


def _links(info: Info) -> Iterable[Row]:
    for link in _items(info, f"{X}link"):
        said = {"name": _text(link, "name"), "type": _text(link, "type") or "other", "url": _text(link, "url")}
        yield {**said, "description": _text(link, "description")} if link.get("description") else said


def _git(info: Info) -> Row | None:
    """The first repository that is named, with where a browser finds it."""
    for provider, fields in _mapping(info.get(f"{X}git")).items():
        place = _mapping(fields)
        if not place.get("repository"):
            continue
        known = {name: _text(place, name) for name in ("repository", "project")}
        url = _HOMES.get(provider, "").format(**known)
        said: Row = {"provider": provider, "repository": known["repository"], "repositoryUrl": url}
        return {**said, **{name: _text(place, name) for name in ("alias", "basepath") if place.get(name)}}
    return None


def _slack_channels(info: Info) -> Iterable[Row]:
    for channel in _items(_mapping(info.get(f"{X}slack")), "channels"):
        if not channel.get("name"):
            continue
        is_told = channel.get("notificationsEnabled") is not False
        said: Row = {"name": _text(channel, "name"), "notificationsEnabled": is_told}
        yield {**said, "description": _text(channel, "description")} if channel.get("description") else said


def _ownership(info: Info) -> Row:
    owners = list(_group_owners(info))
    return {
        "emails": [{"email": email} for email in _emails(info)],
        "groups": [
            {"groupName": str(owner["name"])}
            | ({"provider": _text(owner, "provider")} if owner.get("provider") else {})
            for owner in owners
        ],
        "slackChannels": [],
    }


def _owners(info: Info, teams: Sequence[Entity]) -> Row:
    return {
        "teams": [{"id": team.cid, "tag": team.tag, "name": team.name, "isArchived": team.archived} for team in teams],
        "individuals": [{"email": email} for email in _emails(info)],
    }


def _members(info: Info) -> Iterable[Row]:
    for member in _items(_mapping(info.get(f"{X}team")), "members"):
        said = {"name": _text(member, "name"), "email": _text(member, "email")}
        yield {**said, "roles": [], "sources": [{"type": "ENTITY_DEFINED"}]}


def _group_owners(info: Info) -> Iterable[Row]:
    return (
        owner
        for owner in _items(info, f"{X}owners")
        if owner.get("name") and str(owner.get("type")).lower() not in {_EMAIL, _SLACK}
    )


def _emails(info: Info) -> list[str]:
    """Of people who own the entity; a name may stand where the address belongs."""
    people = (
        owner
        for owner in _items(info, f"{X}owners")
        if str(owner.get("type")).lower() == _EMAIL or not owner.get("name")
    )
    return [str(email) for person in people if (email := person.get("email") or person.get("name"))]


def _items(within: Mapping[str, Any], name: str) -> Iterable[Row]:
    items = within.get(name)
    return map(_mapping, cast("list[object]", items) if isinstance(items, list) else [])


def _text(within: Mapping[str, Any], name: str) -> str:
    """The text; a number is its digits, nothing is empty."""
    value = within.get(name)
    return "" if value is None else str(value)


def _mapping(value: object) -> Row:
    return cast("Row", value) if isinstance(value, dict) else {}
