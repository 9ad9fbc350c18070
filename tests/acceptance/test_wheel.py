"""The packages: what is in them, and what somebody has who installs one."""

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Generator
from hashlib import sha256
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import httpx
import pytest

from tests.acceptance.installed import Installed
from tests.acceptance.server import directory
from tests.house.docs import blocks
from tests.house.source import ROOT, SOURCE
from whence import __version__

pytestmark = pytest.mark.timeout(600)  # the first time on a machine, what is installed comes over the network

_UV: Final = str(Path(sys.executable).with_name("uv"))
_LOCKS: Final = ROOT / "requirements"


def _run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
    """What it says, when it ends well; its environment is ours but for what is given."""
    told = {**os.environ, **environment}
    done = subprocess.run(command, cwd=cwd, env=told, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`dist/`, as `make dist` would make it."""
    assert (SOURCE / "static" / "index.html").exists(), "the web UI is not built: make web"
    made = tmp_path_factory.mktemp("dist")
    for kind in ("--sdist", "--wheel"):
        _run(_UV, "build", kind, "--quiet", "--python", sys.executable, "--no-build-isolation", "--out-dir", str(made))
    return made


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """That of the checkout."""
    return dist / f"whence-{__version__}-py3-none-any.whl"


@pytest.fixture(scope="module")
def sdist(dist: Path) -> Path:
    """The source distribution."""
    return dist / f"whence-{__version__}.tar.gz"


def _digests(wheel: Path) -> dict[str, str]:
    with ZipFile(wheel) as packed:
        return {name: sha256(packed.read(name)).hexdigest() for name in packed.namelist()}


def test_the_source_distribution_makes_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    """[RU9] From that one file, where there is no Node to be found; the web UI is in it."""
    locked = ["--build-constraints", str(_LOCKS / "build.txt"), "--require-hashes"]

    build = [_UV, "build", "--wheel", "--quiet", "--python", sys.executable, *locked]
    _run(*build, "--out-dir", str(tmp_path), str(sdist), PATH=str(tmp_path))

    digests = _digests(tmp_path / wheel.name)
    assert digests == _digests(wheel)
    built = [path for path in (SOURCE / "static").rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert {f"whence/{path.relative_to(SOURCE).as_posix()}" for path in built} <= digests.keys()


def test_the_packages_hold_what_they_should_and_no_more(wheel: Path, sdist: Path) -> None:
    """In the wheel no tests; in the other all to build, change and test it, and nothing of anybody's own."""
    with tarfile.open(sdist) as packed:
        sources = {name.partition("/")[2] for name in packed.getnames()}
    installed = _digests(wheel).keys()

    migrations = {f"whence/store/migrations/{path.name}" for path in (SOURCE / "store" / "migrations").glob("*.sql")}
    assert migrations | {"whence/py.typed"} <= installed
    assert [name for name in installed if re.search(r"(^|/)(tests|__pycache__|\.stamp)(/|$)", name)] == []
    assert {"pyproject.toml", "hatch_build.py", "LICENSE", "web/package-lock.json", "tests/builders.py"} <= sources
    assert {"requirements/run.txt", "requirements/build.txt", "Dockerfile", "deploy/systemd/whence.service"} <= sources
    assert [name for name in sources if re.search(r"(^|/)(node_modules|secrets|\.venv|\.stamp)(/|$)", name)] == []


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has one of the packages, what the lock names, and nothing else."""
    home = tmp_path_factory.mktemp("installed")
    python = home / "bin" / "python"
    package: Path = request.getfixturevalue(request.param)
    install = [_UV, "pip", "install", "--quiet", "--python", str(python)]
    _run(sys.executable, "-m", "venv", "--without-pip", str(home))
    _run(*install, "--require-hashes", "--requirement", str(_LOCKS / "run.txt"))
    _run(*install, "--no-deps", "--build-constraints", str(_LOCKS / "build.txt"), str(package))
    return python


@pytest.fixture
def server(python: Path) -> Generator[Installed]:
    """`whence serve` of that environment, not started yet."""
    with directory() as home:
        server = Installed(home, [str(python.with_name("whence")), "serve"], {"PATH": "/usr/bin:/bin"})
        try:
            yield server
        finally:
            server.end()


def test_what_is_installed_is_the_whole_service(server: Installed, python: Path) -> None:
    """[RU9] Command line, database and web UI; no file of the checkout has a part in it."""
    whence = str(python.with_name("whence"))

    server.start()

    found = server.run(str(python), "-c", "import whence; print(whence.__file__)").stdout
    assert Path(found).is_relative_to(python.parents[1])
    assert server.run(whence, "--version").stdout == f"whence {__version__}\n"
    assert server.run(whence, "event", "send", "--title", "from a package").returncode == 0
    assert "from a package" in server.run(whence, "events").stdout
    page = httpx.get(server.url)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    (script,) = re.findall(r'<script[^>]* src="(/assets/[^"]+)"', page.text)
    assert httpx.get(f"{server.url}{script}").headers["content-type"] == "text/javascript; charset=utf-8"
    assert server.grpc_port > 0
    assert server.terminate() == 0


def test_the_how_to_works_as_written(dist: Path, tmp_path: Path) -> None:
    """The commands of `docs/how-to/install.md`, by pip, in a directory that has what they name."""
    (tmp_path / "dist").symlink_to(dist)
    (tmp_path / "requirements").symlink_to(_LOCKS)
    (commands,) = [text for kind, text in blocks(ROOT / "docs" / "how-to" / "install.md") if kind == "sh"]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    said = _run("bash", "-euo", "pipefail", "-c", commands, cwd=tmp_path, PATH=path, HOME=str(tmp_path))

    assert said.splitlines()[-1] == f"whence {__version__}"
