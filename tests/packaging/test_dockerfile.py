"""The image, as far as it shows without building it; its steps are run by `tests/acceptance/test_image.py`."""

import json
import re
from typing import Final

import pytest

from tests.house.source import ROOT
from tests.packaging.dockerfile import Stage, seen, stages
from whence.settings import Settings

_ENV: Final = re.compile(r"(\w+)=(\S+)")


@pytest.fixture(scope="module")
def image() -> Stage:
    """The last stage, which is the image."""
    return stages()[-1]


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """What the builder is shown of the checkout."""
    return [path.relative_to(ROOT).as_posix() for path in seen()]


def test_what_is_copied_is_there(shown: list[str]) -> None:
    """From the checkout, and not hidden from the builder; from a stage before, and every stage is copied from."""
    before: list[str] = []
    missing: list[str] = []
    used: set[str] = set()
    for stage in stages():
        for copy in stage.said("COPY"):
            *sources, _ = copy.words
            if "from" in copy.options:
                used.add(copy.options["from"])
                missing += [] if copy.options["from"] in before else [copy.options["from"]]
            else:
                missing += [one for one in sources if not any(f"{path}/".startswith(f"{one}/") for path in shown)]
        before.append(stage.name)

    assert missing == []
    assert used == {stage.name for stage in stages()[:-1]}


def test_all_that_is_shown_is_copied(shown: list[str]) -> None:
    """What is not part of the image is not sent to the builder, and changes nothing in its cache."""
    copied = {one for stage in stages() for copy in stage.said("COPY") if not copy.options for one in copy.words[:-1]}

    assert [path for path in shown if not any(f"{path}/".startswith(f"{one}/") for one in copied)] == []


def test_the_builder_sees_no_secret_and_nothing_that_was_built_here(shown: list[str]) -> None:
    """The UI is built inside, tests stay outside, and a file of somebody's own is not looked at."""
    strays = [
        path
        for path in shown
        if re.search(r"(^|/)(\.env|\.git|\.venv|__pycache__|node_modules|secrets|static|tests)(/|$)", path)
        or path == "whence.toml"
    ]

    assert strays == []
    assert "web/.npmrc" in shown
    assert "src/whence/store/migrations/0001_house.sql" in shown


def test_nothing_is_installed_that_no_lock_names() -> None:
    """Each installation from an index is held to hashes; what was built here is taken from its file alone."""
    commands = [command for stage in stages() for run in stage.said("RUN") for command in run.text.split("&&")]
    installing = [
        command for command in commands if re.search(r"\bpip\b.* (install|wheel) |\bnpm (ci|install)\b", command)
    ]

    unheld = [
        one for one in installing if not re.search(r"--require-hashes|--no-index|--no-build-isolation|npm ci", one)
    ]

    assert len(installing) == 5
    assert unheld == []


def test_bases_have_a_tag_that_says_what_they_are() -> None:
    """The Python that the tests run on at the least, a Node that the UI asks for, and the release of Debian."""
    bases = {stage.base for stage in stages()}
    (node,) = (base for base in bases if base.startswith("node:"))
    wanted = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))["engines"]["node"]

    assert all(re.fullmatch(r"(node|python):\d+(\.\d+)?-(bookworm-slim|slim-bookworm)", base) for base in bases)
    assert int(re.sub(r"\D*(\d+).*", r"\1", node)) >= float(wanted.removeprefix(">="))


def test_it_runs_for_a_user_without_rights(image: Stage) -> None:
    """A number, which Kubernetes can tell from root; it has the name and the directory that PostgreSQL wants."""
    (user,) = image.said("USER")
    uid = user.text.partition(":")[0]
    (made,) = image.said("RUN")

    assert int(uid) >= 1000
    assert f"useradd --uid {uid} " in made.text
    assert f"--owner={uid} " in made.text
    assert made.text.endswith(image.said("VOLUME")[0].text)


def test_signals_reach_the_server(image: Stage) -> None:
    """No shell stands in between."""
    forms = [one.text for verb in ("ENTRYPOINT", "CMD") for one in image.said(verb)]

    assert forms == ['["whence"]', '["serve"]']


def test_its_environment_is_made_of_settings(image: Stage) -> None:
    """A setting that is misspelt would go unnoticed; its ports are those that are exposed."""
    (env,) = image.said("ENV")
    given = {name: value for name, value in _ENV.findall(env.text) if name.startswith("WHENCE_")}
    settings = Settings.model_validate({name.removeprefix("WHENCE_").lower(): value for name, value in given.items()})

    assert settings.hosts() == ()
    assert [str(settings.port), str(settings.grpc_port)] == image.said("EXPOSE")[0].words
    assert str(settings.data_dir) == image.said("VOLUME")[0].text
