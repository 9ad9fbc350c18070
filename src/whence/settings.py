"""What an operator may decide, each with its default. Read in `server` and `cli`, and nowhere else.

An explicit argument (a command-line option) wins over the environment (`WHENCE_PORT=9000`), which wins over
a TOML file (`port = 9000`): the one that `WHENCE_CONFIG` names, else `whence.toml` in the working directory.
"""

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.exceptions import SettingsError as SourceError

_PREFIX: Final = "WHENCE_"
_CONFIG: Final = "WHENCE_CONFIG"
_LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  recognised here, not chosen
_HOST: Final = re.compile(r"\*|(\*\.)?[^\s:/*]+|\[[0-9a-fA-F:.]+\]")
_SHORTEST_TOKEN: Final = 16  # characters: what a person invents below that is guessed over a network
_TOKEN: Final = re.compile("[!-~]+")  # all that a header carries unchanged
_LONGEST_QUERY: Final = 86_400  # seconds; PostgreSQL counts no more milliseconds than those of 24 days
_NO_DATABASE: Final = (
    "is no PostgreSQL URL: postgresql://user:password@host:5432/database; "
    "a password has %40 for @, %3A for :, %2F for /, %3F for ?, %23 for # and %25 for %"
)
_SERVER: Final = re.compile(r"(?=.)(\[[^\[\]]+\]|[^\[\]:]*)(:(?P<port>.*))?")
_PORT: Final = re.compile("[0-9]{1,5}")
_HIGHEST_PORT: Final = 65_535
_SSL_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


class SettingsError(ValueError):
    """A setting is wrong. The text names each by its environment variable, and quotes no value."""


def _data_dir() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/whence")
    shared = os.environ.get("XDG_DATA_HOME", "")
    return Path(shared if shared.startswith("/") else "~/.local/share") / "whence"


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError("names a user whom this machine does not know, or who has no home") from None


def _log_format() -> Literal["console", "json"]:
    return "console" if sys.stderr.isatty() else "json"


def _postgresql(url: SecretStr) -> SecretStr:
    """One that the driver can read, who quotes what he cannot: a part of the password, say."""
    try:
        parts = urlsplit(url.get_secret_value())
        asked = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:  # whose text quotes, too
        raise ValueError(_NO_DATABASE) from None
    if parts.scheme not in {"postgresql", "postgres"} or parts.fragment or not _names_servers(parts, asked):
        raise ValueError(_NO_DATABASE)
    if asked.get("sslmode", ["prefer"])[-1].replace("_", "-") not in _SSL_MODES:
        raise ValueError(f"takes as sslmode one of {', '.join(_SSL_MODES)}")
    return url


def _names_servers(parts: SplitResult, asked: Mapping[str, list[str]]) -> bool:
    """Whether all that it names are servers whose port is a number; none is the one on this machine."""
    who, at, where = parts.netloc.rpartition("@")
    if "@" in who or (not at and "@" in parts.path):  # a letter of the password that ends it
        return False
    servers = [unquote(one) for one in where.split(",")] if where else []
    servers += [one for one in _listed(asked, "host") if not one.startswith("/")]  # the directory of a socket
    found = [_SERVER.fullmatch(one) for one in servers]
    ports = [*(one["port"] or "" for one in found if one), *_listed(asked, "port")]
    return all(found) and all(_PORT.fullmatch(port) and int(port) <= _HIGHEST_PORT for port in ports if port)


def _listed(asked: Mapping[str, list[str]], name: str) -> list[str]:
    return [one for given in asked.get(name, []) for one in given.split(",")]


def _header(token: SecretStr) -> SecretStr:
    """One that a header can carry; a file that it was read from may have ended its line."""
    text = token.get_secret_value().rstrip("\r\n")
    if len(text) < _SHORTEST_TOKEN:
        raise ValueError(f"is shorter than {_SHORTEST_TOKEN} characters; `openssl rand -hex 32` makes a good one")
    if not _TOKEN.fullmatch(text):
        raise ValueError("has blanks, or letters that no header carries; `openssl rand -hex 32` makes a good one")
    return SecretStr(text)


def _web(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        is_one = False
    if not is_one or "?" in url or "#" in url:
        raise ValueError("is no web address, without query and fragment: https://whence.example.org")
    return url.rstrip("/")


def _name(host: str) -> str:
    """One that can be looked up, whether there is such a machine or not."""
    try:
        host.encode("idna")
    except UnicodeError:
        raise ValueError("is no name of a host: each part of it has 1 to 63 letters") from None
    return host


def _hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as a `Host` header has them, whose port is not looked at."""
    if not all(map(_HOST.fullmatch, names)):
        raise ValueError("takes names of hosts, without scheme and port: whence.example.org")
    return names


def _bracketed(host: str) -> str:
    """As a `Host` header spells it: an IPv6 address has brackets there."""
    return f"[{host}]" if ":" in host else host


def _text(value: object) -> object:
    """What TOML reads as a number or a truth is text to a dialect, the same as from the environment."""
    return str(value).lower() if isinstance(value, bool | int | float) else value


def _split(names: object) -> object:
    """Names parted by commas, as an environment variable has them; a TOML list passes."""
    return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names


_Text = Annotated[str, BeforeValidator(_text)]


class Settings(BaseSettings):
    """All settings. `load` gives better errors than the constructor. Secrets are masked when printed."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,  # `WHENCE_PORT=` in a compose file means "not set"
        extra="forbid",  # a misspelt key in the file
        frozen=True,
        hide_input_in_errors=True,  # a rejected token must not end in a log
    )

    database_url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = Field(
        None, description="A PostgreSQL 15+ database; absent = the embedded PostgreSQL, in `data_dir`."
    )
    data_dir: Annotated[Path, AfterValidator(_absolute)] = Field(
        default_factory=_data_dir,
        validate_default=True,
        description="Where the embedded PostgreSQL keeps its files. As root `/var/lib/whence`, "
        "else `$XDG_DATA_HOME/whence` or `~/.local/share/whence`.",
    )
    host: Annotated[str, AfterValidator(_name)] = Field(
        "127.0.0.1", min_length=1, description="The address to listen on; `0.0.0.0` for all."
    )
    port: int = Field(8080, ge=0, le=65535, description="For HTTP; 0 = any that is free.")
    grpc_port: int = Field(50051, ge=0, le=65535, description="For gRPC; 0 = any that is free.")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="For `/metrics` alone; absent = it is served on `port`."
    )
    workers: int = Field(1, ge=0, le=256, description="Processes that serve; 0 = one for each core.")
    bootstrap_token: Annotated[SecretStr, AfterValidator(_header)] | None = Field(
        None,
        description="An admin token of the account `default` that may also make accounts; "
        f"{_SHORTEST_TOKEN} characters or more, all of ASCII and none of them a blank.",
    )
    retention_days: int = Field(90, ge=1, le=36_500, description="Events older than that are dropped.")
    max_body_bytes: int = Field(2 * 1024 * 1024, ge=1024, description="The largest request body that is read.")
    rate_per_minute: int = Field(
        0, ge=0, description="Requests that a token may make in a minute if it says nothing itself; 0 = any."
    )
    log_format: Literal["console", "json"] = Field(
        default_factory=_log_format, description="`console` on a terminal, else `json`: one object a line."
    )
    traces: Literal["off", "otlp"] = Field(
        "off",
        description="`otlp` sends traces to where OpenTelemetry's own variables say; it needs the extra `otel`.",
    )
    public_url: Annotated[str, AfterValidator(_web)] | None = Field(
        None, description="The address that others reach this service by, for links in answers."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, AfterValidator(_hosts), BeforeValidator(_split)] = Field(
        (),
        description="`Host` headers to answer, parted by commas; `*.example.org` takes subdomains, `*` any. "
        "Empty = any when `host` is all addresses, else localhost, `host` and the host of `public_url`.",
    )
    query_timeout_seconds: float = Field(
        10, ge=0.1, le=_LONGEST_QUERY, description="A question to the database that takes longer is given up."
    )
    queue_limit: int = Field(
        50_000,
        ge=1,
        description="Reports that may wait for their commit; beyond it who has most of them is told to come again.",
    )
    problem_gap_seconds: int = Field(
        300, ge=0, le=3600, description="Alerts that belong together begin at most that far apart."
    )
    problem_steps: int = Field(
        3, ge=0, le=5, description="Their entities are the same, or at most so many relations apart."
    )
    problem_hub: int = Field(
        50, ge=1, description="An entity with more relations than that ties nothing together that is only beside it."
    )
    problem_takes_minutes: int = Field(
        90, ge=1, le=1440, description="A problem that is older takes no more alerts; a new one is raised."
    )
    problem_reopens_minutes: int = Field(
        30, ge=0, le=1440, description="A problem that ended less long ago goes on when a condition of it comes again."
    )
    problem_most_alerts: int = Field(10_000, ge=1, le=20_000, description="Alerts that a problem has at most.")
    termination_minutes: int = Field(
        60, ge=0, le=1440, description="A host that was marked for termination may be away for so long."
    )
    damping: bool = Field(
        default=True, description="Whether what comes and goes, entity and type alike, opens no problem."
    )
    damping_a_day: int = Field(3, ge=1, description="How often it came within 24 hours, for longer than this time.")
    damping_hours_a_day: float = Field(12, gt=0, le=24, description="Or how long that was together.")
    damping_a_week: int = Field(7, ge=1, description="The same within 7 days: how often.")
    damping_hours_a_week: float = Field(50.4, gt=0, le=168, description="And how long together.")
    dialects: Mapping[str, Mapping[str, _Text]] = Field(
        default_factory=dict[str, Mapping[str, str]],
        description="What each dialect lets an operator decide, by the dialect's name; see its README. "
        "In the environment `WHENCE_DIALECTS__<DIALECT>__<OPTION>`.",
    )

    def hosts(self) -> tuple[str, ...]:
        """The `Host` names to answer, as `allowed_hosts` describes; empty = any."""
        if self.allowed_hosts:
            return () if "*" in self.allowed_hosts else self.allowed_hosts
        if self.host in _EVERYWHERE:
            return ()
        public = urlsplit(self.public_url).hostname if self.public_url else None
        named = (_bracketed(host) for host in (self.host, public) if host)
        return tuple(dict.fromkeys((*_LOCAL, *named)))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  pydantic-settings passes it by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of precedence, highest first."""
        file = Path(os.environ.get(_CONFIG) or "whence.toml")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def load(**given: object) -> Settings:
    """The settings in force. What is given wins; None is "not given", as of an absent command-line option.

    Raises:
        SettingsError: a value is wrong, or the file cannot be read.
    """
    named = os.environ.get(_CONFIG)
    if named and not Path(named).is_file():
        raise SettingsError(f"{_CONFIG}: there is no file {named}")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # pyright: ignore[reportArgumentType]  validated by the constructor
    except ValidationError as exc:
        raise SettingsError("\n".join(map(_line, exc.errors()))) from exc
    except SourceError as exc:  # of all settings, only that one has parts
        how = f"{_PREFIX}DIALECTS__<DIALECT>__<OPTION> sets an option"
        raise SettingsError(f"{_PREFIX}DIALECTS: holds no options of dialects; {how}") from exc
    except UnicodeDecodeError as exc:
        raise SettingsError(f"{named or 'whence.toml'}: is not in UTF-8, as TOML is") from exc
    except (OSError, tomllib.TOMLDecodeError) as exc:
        raise SettingsError(f"{named or 'whence.toml'}: {exc}") from exc


def _line(error: ErrorDetails) -> str:
    variable = _PREFIX + ".".join(map(str, error["loc"])).upper()
    if error["type"] == "extra_forbidden":
        return f"{variable}: there is no such setting"
    return f"{variable}: {error['msg'].removeprefix('Value error, ')}"
