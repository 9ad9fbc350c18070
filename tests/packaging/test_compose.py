"""What compose.yaml says, beside being valid: that it is, `tests/acceptance/test_schemas.py` sees."""

import re
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.house.docs import blocks
from tests.house.source import ROOT
from tests.packaging.dockerfile import stages
from tests.packaging.drain import CHECKPOINT, REQUESTS
from whence.settings import load

_PAGE: Final = ROOT / "docs" / "how-to" / "run-in-containers.md"
_OURS: Final = ("whence", "embedded")
_SECRETS: Final = "/run/secrets/"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file, with what its anchors stand for."""
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", _OURS)
def test_whence_runs_without_rights(compose: dict[str, Any], name: str) -> None:
    """Its root file system is read-only, and nothing outside of this machine reaches it without a proxy."""
    service = compose["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [port.split(":")[0] for port in service["ports"]] == ["127.0.0.1", "127.0.0.1"]
    assert [port.split(":")[-1] for port in service["ports"]] == stages()[-1].said("EXPOSE")[0].words


def test_by_itself_it_starts_whence_and_postgresql(compose: dict[str, Any]) -> None:
    """The embedded one is asked for by name, and needs no secret."""
    services = compose["services"]

    assert {name for name, service in services.items() if "profiles" not in service} == {"whence", "postgres"}
    assert services["embedded"]["profiles"] == ["embedded"]
    assert "secrets" not in services["embedded"]
    assert services["whence"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_what_is_named_is_declared(compose: dict[str, Any]) -> None:
    """Volumes and secrets, and none is declared that nobody uses; data outlive their container."""
    services = compose["services"].values()
    volumes = {volume.split(":")[0]: volume.split(":")[1] for one in services for volume in one.get("volumes", ())}
    secrets = {secret for one in services for secret in one.get("secrets", ())}
    read = {
        path.removeprefix(_SECRETS)
        for one in services
        for path in one.get("environment", {}).values()
        if path.startswith(_SECRETS)
    }

    assert volumes.keys() == compose["volumes"].keys()
    assert secrets == compose["secrets"].keys() == read
    assert volumes["embedded"] == stages()[-1].said("VOLUME")[0].text
    assert volumes["postgres"] == "/var/lib/postgresql"  # where the image of PostgreSQL 18 has its volume


def test_who_is_stopped_has_the_time_to_end(compose: dict[str, Any]) -> None:
    """Longer than whence gives its requests and the embedded PostgreSQL its checkpoint."""
    seconds = {name: int(one["stop_grace_period"].removesuffix("s")) for name, one in compose["services"].items()}

    assert seconds["whence"] > REQUESTS
    assert seconds["embedded"] > REQUESTS + CHECKPOINT


def test_postgresql_is_one_that_whence_runs_on(compose: dict[str, Any]) -> None:
    """Its release, and what the how-to says is to be put right on the server."""
    postgres = compose["services"]["postgres"]
    page = (ROOT / "docs" / "how-to" / "external-postgresql.md").read_text(encoding="utf-8")

    assert int(re.findall(r"postgres:(\d+)", postgres["image"])[0]) >= 15
    for given in postgres["command"]:
        name, _, value = given.partition("=")
        if name in {"max_locks_per_transaction", "max_wal_size"}:
            assert f"`{name} = {value}`" in page


def test_the_secrets_of_the_how_to_are_those_of_the_file(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commands make them; whence can read its own, and both have the same password."""
    (made, *_) = [text for kind, text in blocks(_PAGE) if kind == "sh" and "secrets" in text]

    subprocess.run(["bash", "-euo", "pipefail", "-c", made], cwd=tmp_path, check=True, capture_output=True, timeout=30)

    files = {name: tmp_path / secret["file"] for name, secret in compose["secrets"].items()}
    assert {path.name for path in (tmp_path / "secrets").iterdir()} == {path.name for path in files.values()}
    monkeypatch.setenv("WHENCE_CONFIG", str(files["whence.toml"]))
    monkeypatch.delenv("WHENCE_DATABASE_URL", raising=False)
    settings = load()
    assert settings.database_url is not None
    assert settings.bootstrap_token is not None
    password = files["postgres-password"].read_text(encoding="utf-8").strip()
    assert settings.database_url.get_secret_value() == f"postgresql://whence:{password}@postgres:5432/whence"
    environment = compose["services"]["postgres"]["environment"]
    assert (environment["POSTGRES_USER"], environment["POSTGRES_DB"]) == ("whence", "whence")
