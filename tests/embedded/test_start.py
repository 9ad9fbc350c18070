import os
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import psutil
import pytest

from whence.embedded import Embedded, EmbeddedError, binaries


def test_a_new_directory_becomes_a_database(new_dir: Path, ask: Callable[[Embedded, str], object]) -> None:
    """It is PostgreSQL 18 with a database of ours, every letter in it, and pages that know when they rot."""
    with Embedded.start(new_dir) as embedded:
        assert str(ask(embedded, "show server_version")).startswith("18.")
        assert ask(embedded, "select current_user || '@' || current_database()") == "whence@whence"
        assert ask(embedded, "select lower('ÉÀ') || ' ' || ('Z' < 'a')") == "éà true"
        assert ask(embedded, "show data_checksums") == "on"


def test_nothing_needs_to_be_installed(
    new_dir: Path, ask: Callable[[Embedded, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """[RU1] With no program on the path, whoever runs it: PostgreSQL is that of the wheel, or its copy."""
    monkeypatch.setenv("PATH", "")

    with Embedded.start(new_dir) as embedded:
        program = Path(psutil.Process(embedded.pid).exe())
        answer = ask(embedded, "select 1")

    assert answer == 1
    assert any(program.is_relative_to(place.resolve()) for place in (binaries.wheel(), new_dir))


def test_what_is_answered_is_on_the_disk(begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object]) -> None:
    """No setting that makes it faster may make it forget."""
    embedded = begin()

    settings = {name: ask(embedded, f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")}

    assert set(settings.values()) == {"on"}


def test_the_data_is_there_the_next_time(begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object]) -> None:
    first = begin()
    ask(first, "create table kept as select 42 as answer")
    first.stop()

    assert ask(begin(), "select answer from kept") == 42


def test_an_existing_database_starts_quickly(begin: Callable[[], Embedded]) -> None:
    """Measured: 0.03 s. The bound is the budget, and the best of three is for a busy machine."""
    took: list[float] = []

    for _ in range(3):
        began = perf_counter()
        embedded = begin()
        took.append(perf_counter() - began)
        embedded.stop()

    assert min(took) < 0.7


def test_a_crash_during_the_first_start_is_made_good(new_dir: Path, ask: Callable[[Embedded, str], object]) -> None:
    """Half a cluster has another name than a whole one, and is thrown away."""
    half = new_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with Embedded.start(new_dir) as embedded:
        assert ask(embedded, "select 1") == 1

    assert not half.exists()


def test_the_log_is_bounded(data_dir: Path, begin: Callable[[], Embedded]) -> None:
    """A log of more than 10 MiB is put aside at the next start, one generation of it."""
    log = data_dir / "postgres.log"
    with log.open("ab") as file:
        file.truncate(11 * 1024 * 1024)

    begin()

    assert log.stat().st_size < 1024 * 1024
    assert log.with_name("postgres.log.1").stat().st_size == 11 * 1024 * 1024


def test_a_file_is_no_new_directory(new_dir: Path) -> None:
    new_dir.write_text("")

    with pytest.raises(EmbeddedError, match=r"my data, 1 is a file"):
        Embedded.start(new_dir)


def test_another_major_is_refused_by_name(data_dir: Path) -> None:
    """PostgreSQL reads only the files of its own major; the error says what to do."""
    (data_dir / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 16 and this whence brings 18: dump it"):
        Embedded.start(data_dir)


def test_what_says_nothing_of_its_major_is_no_cluster(data_dir: Path) -> None:
    """As behind a disk that gave back something else."""
    (data_dir / "postgres" / "PG_VERSION").write_bytes(b"\xff\x00\x12")

    with pytest.raises(EmbeddedError, match="is no PostgreSQL cluster; move it away"):
        Embedded.start(data_dir)


def test_a_strange_directory_is_left_alone(new_dir: Path) -> None:
    """Where the cluster should be is something else: not ours to overwrite."""
    photo = new_dir / "postgres" / "holiday.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_text("")

    with pytest.raises(EmbeddedError, match="is no PostgreSQL cluster; move it away"):
        Embedded.start(new_dir)

    assert photo.exists()


def test_a_failed_start_says_why_and_can_be_repeated(
    data_dir: Path, begin: Callable[[], Embedded], ask: Callable[[Embedded, str], object]
) -> None:
    """The error carries PostgreSQL's own words; once the cause is gone, so is the failure."""
    settings = data_dir / "postgres" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "\nsnack = 'cake'\n")
    with pytest.raises(EmbeddedError, match='unrecognized configuration parameter "snack"'):
        Embedded.start(data_dir)

    settings.write_text(good)

    assert ask(begin(), "select 1") == 1


def test_a_long_path_has_its_socket_elsewhere(new_dir: Path, ask: Callable[[Embedded, str], object]) -> None:
    """A socket's path ends at 107 bytes; a data directory's does not."""
    with Embedded.start(new_dir / ("deep" * 30)) as embedded:
        assert ask(embedded, "select 1") == 1
        assert Path(embedded.host).parent == Path("/tmp")  # noqa: S108  where it must be

    assert not Path(embedded.host).exists()


def test_grpc_does_nothing_in_what_becomes_postgresql() -> None:
    """Under another account it is forked, and a child that gRPC has its hands in sometimes dies at once."""
    assert os.environ["GRPC_ENABLE_FORK_SUPPORT"] == "0"
