from tests.cli.terminal import Terminal


def test_upgrade_twice(alone: Terminal) -> None:
    """It tells each migration that it applies, and the second time there is none."""
    first = alone("db", "upgrade")
    second = alone("db", "upgrade")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "applied 0001" in first.stderr
    assert "up to date: 0 applied" in second.stderr


def test_a_database_that_is_not_there(alone: Terminal) -> None:
    """Unreachable is exit code 3, and no secret is shown."""
    done = alone("db", "upgrade", WHENCE_DATABASE_URL="postgresql://someone:hushhush@127.0.0.1:1/whence")

    assert done.returncode == 3
    assert "WHENCE_DATABASE_URL" in done.stderr
    assert "hushhush" not in done.stderr
