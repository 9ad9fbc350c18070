"""What the manifests say, beside being valid: that they are, `tests/acceptance/test_schemas.py` sees."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.house.source import ROOT
from tests.packaging.dockerfile import stages
from tests.packaging.drain import REQUESTS
from tests.walls.doors import DOORS
from whence.settings import Settings

FOLDERS: Final = sorted((ROOT / "deploy" / "kubernetes").iterdir())
_MEBIBYTES: Final = 300  # what a server process with a thousand readers may take: docs/performance.md


def _objects(folder: str) -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "deploy" / "kubernetes" / folder).glob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def _pod(kind: str) -> dict[str, Any]:
    (found,) = (one for folder in FOLDERS for one in _objects(folder.name) if one["kind"] == kind)
    return found["spec"]["template"]["spec"]


def _selector(spec: dict[str, Any]) -> dict[str, str]:
    """The labels that it wants: a Service has them bare, a policy calls them by another name."""
    selector = spec["podSelector"] if "podSelector" in spec else spec["selector"]
    return selector.get("matchLabels", selector)


@pytest.fixture(scope="module")
def deployment() -> dict[str, Any]:
    """The servers."""
    (found,) = (one for one in _objects("whence") if one["kind"] == "Deployment")
    return found


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_manifest_is_applied(folder: Path) -> None:
    """Each file of the folder is in its kustomization, and there is no other in it."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))

    files = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
    others = {one for one in kustomization["resources"] if (folder / one).is_dir()}

    assert set(kustomization["resources"]) - others == files
    assert {one["name"] for one in kustomization.get("images", ())} <= {"whence"}


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_pods_keep_to_the_restricted_standard(kind: str) -> None:
    """As Kubernetes calls it, and a root file system that cannot be written to; as the user of the image."""
    pod = _pod(kind)
    (container,) = pod["containers"]
    uid, gid = stages()[-1].said("USER")[0].text.split(":")

    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(uid),
        "runAsGroup": int(gid),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_pods_are_given_settings_that_exist(kind: str) -> None:
    """And none by Kubernetes itself, which would say `WHENCE_PORT=tcp://…` of a Service that is called whence."""
    pod = _pod(kind)
    given = {variable["name"] for container in pod["containers"] for variable in container["env"]}

    assert given - {f"WHENCE_{name.upper()}" for name in Settings.model_fields} == set()
    assert "WHENCE_DATABASE_URL" in given  # two pods cannot share an embedded PostgreSQL
    assert pod["enableServiceLinks"] is False


def test_secrets_are_those_that_the_how_to_makes() -> None:
    """By their names and keys."""
    page = (ROOT / "docs" / "how-to" / "run-on-kubernetes.md").read_text(encoding="utf-8")
    asked = [
        variable["valueFrom"]["secretKeyRef"]
        for kind in ("Deployment", "Job")
        for variable in _pod(kind)["containers"][0]["env"]
        if "valueFrom" in variable
    ]

    assert asked
    assert {secret["name"] for secret in asked} == {"whence"}
    assert [secret["key"] for secret in asked if f"--from-literal={secret['key']}=" not in page] == []


def test_who_selects_pods_selects_those_of_the_deployment(deployment: dict[str, Any]) -> None:
    """Services, the budget, the policy and the spread, by the labels that the pods have."""
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = [_selector(one["spec"]) for one in _objects("whence")]
    selectors += [one["labelSelector"]["matchLabels"] for one in _pod("Deployment")["topologySpreadConstraints"]]

    assert len(selectors) == 7
    assert [selector for selector in selectors if selector != labels] == []


def test_ports_have_the_names_that_others_call_them_by(deployment: dict[str, Any]) -> None:
    """Probes, Services, the policy and the Ingress; their numbers are those that the server listens on."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    services = {one["metadata"]["name"]: one["spec"] for one in _objects("whence") if one["kind"] == "Service"}
    (policy,) = (one["spec"] for one in _objects("whence") if one["kind"] == "NetworkPolicy")
    backends = [
        path["backend"]["service"]
        for one in _objects("ingress")
        for rule in one["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    probes = [container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]
    (metrics,) = (one["value"] for one in container["env"] if one["name"] == "WHENCE_METRICS_PORT")

    assert [str(ports["http"]), str(ports["grpc"])] == stages()[-1].said("EXPOSE")[0].words
    assert str(ports["metrics"]) == metrics == annotations["prometheus.io/port"]
    assert {port["targetPort"] for service in services.values() for port in service["ports"]} == {"http", "grpc"}
    assert {port["port"] for rule in policy["ingress"] for port in rule["ports"]} == ports.keys()
    assert {probe["port"] for probe in probes} == {"http"}
    assert {("GET", probe["path"]) for probe in probes} <= set(DOORS["native"])
    assert len(backends) == 2
    for backend in backends:
        assert backend["port"]["name"] in {port["name"] for port in services[backend["name"]]["ports"]}


def test_a_pod_that_is_stopped_has_the_time_to_end(deployment: dict[str, Any]) -> None:
    """First nothing is sent to it any more, then its requests end, then what waits is written."""
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    before = container["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert pod["terminationGracePeriodSeconds"] > before + REQUESTS


def test_a_server_fits_its_memory(deployment: dict[str, Any]) -> None:
    """Its budget lies between what it asks for and what it may have, with room."""
    resources = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]
    asked, most = (int(resources[kind]["memory"].removesuffix("Mi")) for kind in ("requests", "limits"))

    assert asked < _MEBIBYTES < most / 1.5
    assert "cpu" not in resources["limits"]  # throttled, it would answer late though the node is idle
