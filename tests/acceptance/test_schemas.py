"""The files that other programs read are valid, by the schemas that those programs publish."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.clients.install import install
from tests.house.source import ROOT

_KUBERNETES: Final = ROOT / "deploy" / "kubernetes"
_RELEASES: Final = ("1.33", "1.37")  # the oldest that knows every field as a stable one or by default, and the newest


def _ran(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = Path(install("schemas").python).with_name(program)
    return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=60, check=False)


def _compose(file: Path) -> subprocess.CompletedProcess[str]:
    return _ran("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(file))


def _kubernetes(release: str, file: Path) -> subprocess.CompletedProcess[str]:
    return _ran("kubernetes-validate", "--strict", "--kubernetes-version", release, str(file))


def test_compose_understands_its_file() -> None:
    checked = _compose(ROOT / "compose.yaml")

    assert checked.returncode == 0, checked.stdout


def test_compose_would_refuse_a_line_that_is_wrong(tmp_path: Path) -> None:
    """The test above can fail."""
    wrong = tmp_path / "compose.yaml"
    written = (ROOT / "compose.yaml").read_text(encoding="utf-8").replace("read_only: true", "readonly: true")
    wrong.write_text(written, encoding="utf-8")

    checked = _compose(wrong)

    assert checked.returncode != 0
    assert "readonly" in checked.stdout


@pytest.mark.parametrize("release", _RELEASES)
@pytest.mark.parametrize(
    "file",
    [path for path in sorted(_KUBERNETES.rglob("*.yaml")) if path.name != "kustomization.yaml"],
    ids=lambda file: file.relative_to(_KUBERNETES).as_posix(),
)
def test_kubernetes_understands_every_manifest(file: Path, release: str) -> None:
    """Strictly: a field that it does not know is a mistake, and not left out."""
    checked = _kubernetes(release, file)

    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("INFO") == file.read_text(encoding="utf-8").count("apiVersion:")


def test_kubernetes_would_refuse_a_line_that_is_wrong(tmp_path: Path) -> None:
    """The test above can fail."""
    wrong = tmp_path / "deployment.yaml"
    written = (_KUBERNETES / "whence" / "deployment.yaml").read_text(encoding="utf-8")
    wrong.write_text(written.replace("readOnlyRootFilesystem: true", "readOnly: true"), encoding="utf-8")

    checked = _kubernetes(_RELEASES[0], wrong)

    assert checked.returncode != 0
    assert "readOnly" in checked.stdout
