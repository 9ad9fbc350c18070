from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from whence.cli.descriptors import Described, Faulty, read

Write = Callable[[str], Path]


def _described(path: Path) -> Described:
    (found,) = read(path)
    assert isinstance(found, Described), found.reason
    return found


def _faults(path: Path) -> list[tuple[int, str]]:
    return [(found.place.line, found.reason) for found in read(path) if isinstance(found, Faulty)]


def _relations(described: Described) -> list[tuple[Any, Any, Any]]:
    return [(one.body["from"], one.body["kind"], one.body["to"]) for one in described.relations]


def test_cortex_descriptor(written: Write) -> None:
    """A descriptor becomes an entity with its tag, and its dependencies calls."""
    path = written(
        dedent("""
        openapi: 3.0.1
        info:
          title: Checkout API
          description: Takes orders
          x-cortex-tag: checkout-api
          x-cortex-type: aws-lambda
          x-cortex-groups: [shop]
          x-cortex-owners:
            - {type: group, name: shop-team}
            - {type: email, email: someone@example.org}
          x-cortex-link: [{name: Runbook, type: runbook, url: https://example.org/run}]
          x-cortex-custom-metadata: {tier: 1, since: 2024-01-02}
          x-cortex-git: {github: {repository: shop/checkout}}
          x-cortex-k8s: {deployment: [{identifier: shop/checkout, cluster: prod-eu}]}
          x-cortex-parents: [{tag: shop}]
          x-cortex-children: [{tag: checkout-worker}]
          x-cortex-dependency: [{tag: payments-db, method: GET, path: /v1}]
        """)
    )

    described = _described(path)

    assert described.entities[0].body == {
        "tag": "checkout-api",
        "type": "AWS_LAMBDA",
        "name": "Checkout API",
        "description": "Takes orders",
        "cluster": "prod-eu",
        "namespace": "shop",
        "tags": [{"key": "group", "value": "shop"}, {"key": "owner", "value": "shop-team"}],
        "links": [{"title": "Runbook", "url": "https://example.org/run"}],
        "properties": {"tier": 1, "since": "2024-01-02", "git": {"github": {"repository": "shop/checkout"}}},
    }
    assert _relations(described) == [
        ("checkout-api", "calls", "payments-db"),
        ("checkout-api", "part_of", "shop"),
        ("checkout-worker", "part_of", "checkout-api"),
    ]


def test_what_cortex_says_besides_is_told(written: Write) -> None:
    """Nothing is dropped in silence."""
    path = written("info: {title: A, x-cortex-tag: a, x-cortex-oncall: {pagerduty: {id: P}}}")

    assert [one.reason for one in _described(path).ignored] == ["x-cortex-oncall of a"]


def test_whoever_names_itself_is_told(written: Write) -> None:
    """An entity is no part of itself; the others that it names are related to it."""
    path = written("info:\n  title: A\n  x-cortex-tag: a\n  x-cortex-dependency:\n  - tag: b\n  - tag: a\n")

    described = _described(path)

    assert _relations(described) == [("a", "calls", "b")]
    assert [(one.place.line, one.reason) for one in described.ignored] == [(6, "info.x-cortex-dependency: a itself")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "info:\n  title: A\n  x-cortex-tag: a\n  x-cortex-dependency:\n  - {tag: b}\n  - {tag: c}\n  - {tag: b}\n",
            [5, 6],
        ),
        ("info:\n  title: A\n  x-cortex-tag: a\n  x-cortex-parents: [{tag: b},\n   {tag: c}]\n", [4, 5]),
        ("apiVersion: backstage.io/v1\nkind: API\nmetadata: {name: a}\nspec:\n  system: s\n  domain:\n    d\n", [5, 7]),
        ("apiVersion: backstage.io/v1\nkind: API\nmetadata: {name: a}\nspec: {dependsOn: [b,\n  c]}\n", [4, 5]),
    ],
)
def test_relations_know_their_lines(written: Write, text: str, lines: list[int]) -> None:
    """What the server refuses can be found in the file, also in the formats of others."""
    assert [one.place.line for one in _described(written(text)).relations] == lines


def test_backstage_component(written: Write) -> None:
    """References are made whole, and faults travel from the provider of an API to its consumer."""
    path = written(
        dedent("""
        apiVersion: backstage.io/v1alpha1
        kind: Component
        metadata:
          name: Artist-Web
          annotations: {backstage.io/kubernetes-namespace: web}
          labels: {tier: "1"}
          tags: [java]
        spec:
          type: website
          owner: group:artists
          system: catalogue
          dependsOn: [resource:artists-db, other/lyrics]
          providesApis: [artist-api]
          consumesApis: [music/songs-api]
        """)
    )

    described = _described(path)

    assert described.entities[0].body == {
        "tag": "component:default/artist-web",
        "type": "WEBSITE",
        "name": "Artist-Web",
        "namespace": "web",
        "tags": [
            {"key": "java"},
            {"key": "tier", "value": "1"},
            {"key": "owner", "value": "group:artists"},
        ],
    }
    assert set(_relations(described)) == {
        ("component:default/artist-web", "depends_on", "resource:default/artists-db"),
        ("component:default/artist-web", "depends_on", "component:other/lyrics"),
        ("component:default/artist-web", "depends_on", "api:music/songs-api"),
        ("api:default/artist-api", "depends_on", "component:default/artist-web"),
        ("component:default/artist-web", "part_of", "system:default/catalogue"),
    }


def test_people_are_not_monitored(written: Write) -> None:
    """A user in a Backstage file is no mistake, and no entity."""
    described = _described(written("{apiVersion: backstage.io/v1alpha1, kind: User, metadata: {name: x}, spec: {}}"))

    assert not described.entities
    assert [one.reason for one in described.ignored] == ["user x: nothing that is monitored"]


def test_native_items_know_their_lines(written: Write) -> None:
    """What the server refuses can be found in the file."""
    path = written("# ours\nentities:\n- name: a\n- name: b\nrelations:\n- {from: a, to: b, kind: calls}\n- oops\n")

    described = _described(path)

    assert [one.place.line for one in described.entities] == [3, 4]
    assert [one.place.line for one in described.relations] == [6]
    assert [(one.place.line, one.reason) for one in described.faulty] == [(7, "must be a mapping")]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("what: ever", 1, "is neither"),
        ("- a list", 1, "is neither"),
        ("entities: []\nentity: []", 1, "entity: there is no such field"),
        ("entities: {}", 1, "entities must be a list"),
        ("info: {title: A, x-cortex-type: service}", 1, "info.x-cortex-tag is required"),
        ("info: {x-cortex-tag: a}", 1, "info.title is required"),
        ("info: {title: A, x-cortex-tag: 0123}", 1, "info.x-cortex-tag must be text: put the number in quotes"),
        ("info: {title: A, x-cortex-tag: ' a'}", 1, "info.x-cortex-tag must not begin or end with blanks"),
        ("info: {title: A, x-cortex-tag: a, x-cortex-type: 'a '}", 1, "info.x-cortex-type must not begin or end"),
        ("info: {title: A, x-cortex-tag: [a]}", 1, "info.x-cortex-tag must be text"),
        ("info: {title: A, x-cortex-tag: a, x-cortex-dependency: [{}]}", 1, "x-cortex-dependency[0].tag is required"),
        ("{apiVersion: backstage.io/v1, kind: Robot, metadata: {name: r}}", 1, "kind robot is none"),
        ("{apiVersion: backstage.io/v1, kind: API, metadata: {}}", 1, "metadata.name is required"),
        ("entities:\n- name: a\n  tag: x\n  name: b", 4, "'name' stands twice"),
        ("entities:\n\t- name: a", 2, "is no YAML"),
        ("entities: &e [*e]", 1, "stands for what it is in"),
        ("entities: [{name: a, properties: {x: .inf}}]", 1, "JSON cannot say"),
        ("entities: [{name: a, properties: {x: !!binary aGk=}}]", 1, "JSON cannot say"),
        ("entities: [!!python/object/apply:os.getcwd []]", 1, "is no YAML"),
        ("entities: [{name: a, {b: c}: d}]", 1, "a key must be plain text"),
    ],
)
def test_what_is_refused_says_where_and_why(written: Write, text: str, line: int, reason: str) -> None:
    """A fault has its line, and stops nothing but its document."""
    ((found_line, found_reason),) = _faults(written(text))

    assert found_line == line
    assert reason in found_reason


def test_an_alias_bomb_is_refused(written: Write) -> None:
    """Nine lines of aliases are not made into a billion values."""
    names = "abcdefghi"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]" for before, name in pairwise(names)]

    assert _faults(written("\n".join(lines))) == [(1, "its aliases make it far larger than it is written")]


def test_aliases_and_merges_that_save_typing_are_fine(written: Write) -> None:
    """What people use them for."""
    path = written("entities:\n- &one {name: a, cluster: c}\n- {<<: *one, name: b}\n")

    assert [one.body for one in _described(path).entities] == [
        {"name": "a", "cluster": "c"},
        {"name": "b", "cluster": "c"},
    ]


def test_many_documents(written: Write) -> None:
    """Comments alone are no document, and one that is refused does not spoil the next."""
    path = written("# nothing\n---\n---\nwhat: ever\n---\nentities: [{name: a}]\n")

    found = list(read(path))

    assert [type(one) for one in found] == [Faulty, Described]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named, and the others are still read."""
    ((line, reason),) = _faults(tmp_path / "none.yaml")

    assert (line, reason) == (1, "cannot be read: No such file or directory")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A picture is refused, not a crash."""
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\x89PNG\x00\xff")

    ((_, reason),) = _faults(path)

    assert "is no YAML" in reason


def test_nested_beyond_all_use(written: Write) -> None:
    """Depth ends in a refusal as well."""
    ((_, reason),) = _faults(written("entities: " + "[" * 20_000 + "]" * 20_000))

    assert reason
