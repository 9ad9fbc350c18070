"""What an operator got wrong: a line that names the setting, and nothing of what it holds."""

from pathlib import Path
from typing import Final

import pytest

from tests.cli.terminal import Terminal
from whence.settings import SettingsError, load

_URL: Final = "postgresql://whence:{}@localhost:5432/whence"


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("WHENCE_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        *(_URL.format(password) for password in ("hu/sh", "hu#sh", "hu?sh", "hu@sh", "hu:@sh", "hu[sh", "hu℀sh")),
        _URL.format("1/hu@sh"),
        *(f"postgresql://u:hush@{where}/d" for where in ("h:abc", "h:70000", "h:٣", "h,", "[::1", "h:1:2")),
        *(f"postgresql://u:hush@h/d{query}" for query in ("?sslmode=hush", "?hush", "#hush")),
        *(f"postgresql:///d?{query}" for query in ("port=hush", "host=h:hush", "host=h,&port=1")),
        "mysql://u:hush@h/d",
    ],
)  # fmt: skip
def test_an_address_that_the_driver_cannot_read(url: str) -> None:
    """[OP4] It quotes what it cannot read, and that may be a part of the password."""
    with pytest.raises(SettingsError) as caught:
        load(database_url=url)

    assert str(caught.value).startswith("WHENCE_DATABASE_URL: ")
    assert "hush" not in str(caught.value)
    assert "hu" not in str(caught.value).replace("https", "")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///whence?host=/run/postgresql",
        "postgresql:///whence?host=a,b&port=1,2",
        "postgresql://u:p%2Fq%40@[::1]:5432/d?sslmode=verify-full",
        "postgres://u@%2Frun%2Fpostgresql:5433/d",
        "postgresql://u@a:1,b:2/d?target_session_attrs=read-write",
        "postgresql://h:/d",
    ],
)
def test_an_address_that_it_can_read(url: str) -> None:
    """Every way to spell one."""
    asked = load(database_url=url).database_url

    assert asked is not None
    assert asked.get_secret_value() == url


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("host", "a..b"),
        ("host", "a" * 64),
        ("query_timeout_seconds", "inf"),
        ("query_timeout_seconds", "nan"),
        ("query_timeout_seconds", "1e7"),
        ("data_dir", "~nobody-of-that-name/x"),
        ("bootstrap_token", "hush 0123456789abcdef"),
        ("bootstrap_token", "hush\n0123456789abcdef"),
        ("bootstrap_token", "hush0123456789äöü"),
        ("public_url", "https://whence.example.org:hush"),
        ("public_url", "https://whence.example.org?hush=1"),
        ("public_url", "https://whence.example.org/#hush"),
        ("public_url", "https://[hush"),
    ],
)
def test_a_value_that_nothing_could_be_done_with(setting: str, value: str) -> None:
    """[OP4] It is found out at the start, and not when it is needed."""
    with pytest.raises(SettingsError) as caught:
        load(**{setting: value})

    assert str(caught.value).startswith(f"WHENCE_{setting.upper()}: ")
    assert "hush" not in str(caught.value)


def test_a_token_from_a_file_ends_with_its_line() -> None:
    """As `openssl rand` writes it, and a shell's `$(…)` would not."""
    token = load(bootstrap_token="0123456789abcdef\n").bootstrap_token

    assert token is not None
    assert token.get_secret_value() == "0123456789abcdef"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"WHENCE_DATABASE_URL": _URL.format("hu/sh")}, "WHENCE_DATABASE_URL: is no PostgreSQL URL"),
        ({"WHENCE_DIALECTS": "hush"}, "WHENCE_DIALECTS: "),
        ({"WHENCE_CONFIG": "hush.toml"}, "hush.toml: is not in UTF-8"),
        ({"WHENCE_HOST": "a..b"}, "WHENCE_HOST: "),
    ],
)
def test_every_command_says_so(alone: Terminal, settings: dict[str, str], said: str) -> None:
    """[OP4] With an exit code of its own, and never a traceback."""
    (alone.home / "hush.toml").write_bytes(b'host = "\xff"')

    done = alone("account", "list", **settings)

    assert done.returncode == 2, done.stderr
    assert f"error: {said}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr.replace("hush.toml", "")
