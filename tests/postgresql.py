"""Run folders of tests on a PostgreSQL 15, the oldest that is promised, in place of the embedded one.

python -m tests.postgresql FOLDER…

Each folder has a database of its own, as the tests of one process count on, and all of them run at once.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.acceptance.external import NAME, PROGRAMS, External, external


def main(folders: list[str]) -> int:
    """1 if a test failed."""
    if not (PROGRAMS / "postgres").exists():
        sys.exit(f"there is no PostgreSQL in {PROGRAMS}: apt-get install postgresql-15")
    with external() as server, ThreadPoolExecutor(len(folders)) as at_once:
        failed = [at_once.submit(_fails, server, folder) for folder in folders]
        return int(any([one.result() for one in failed]))  # noqa: C419  every one is waited for


def _fails(server: External, folder: str) -> bool:
    """What the tests say is printed when they are done."""
    database = Path(folder).name
    server.sql(f"create database {database} owner {NAME}", database="postgres")
    url = server.url.removesuffix(NAME) + database
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder],
        env={**os.environ, "WHENCE_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(f"{folder}, on PostgreSQL {server.sql('show server_version')}\n{done.stdout}")
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
