"""The parent: it has what the workers share, and serves nobody itself."""

import asyncio
from collections.abc import Sequence
from functools import partial

from whence import counters
from whence.ending import told_by_signals
from whence.postgres import located
from whence.settings import Settings
from whence.sockets import closing, reserve
from whence.store.pool import Address
from whence.workers.crew import Crew
from whence.workers.hangup import told_to_renew
from whence.workers.orders import Orders, Work


async def supervise(settings: Settings, count: int, work: Work) -> None:
    """Serve by so many processes, each of which does the work, until told to stop (SIGINT, SIGTERM).

    Told a second time, it waits no longer for requests that are under way. SIGHUP replaces the workers one after the
    other; where there is a terminal, it says that the terminal has gone, and is as good as SIGTERM.

    Raises:
        ListenError: a port is another's; nothing was started.
        WorkerError: a worker could not start; it has said why, if it could.
    """
    starting = asyncio.current_task()
    crew: Crew | None = None
    is_told = False

    def stop() -> None:
        nonlocal is_told
        is_told = True
        if crew is not None:
            crew.stop()
        elif starting is not None:
            starting.cancel()

    def renew() -> None:
        if crew is not None:
            crew.renew()

    with (
        told_by_signals(stop),
        told_to_renew(renew, stop=stop),
        closing(reserve(settings.host, settings.port, "port")) as reserved,
        closing(reserve(settings.host, settings.grpc_port, "grpc_port")) as for_grpc,
        counters.shared() as figures,
        counters.served(figures, settings.host, settings.metrics_port),
    ):
        grpc = [one.getsockname()[0] for one in for_grpc], for_grpc[0].getsockname()[1]
        try:
            async with located(settings) as database:
                crew = Crew(count, reserved=reserved, orders=partial(_orders, work, grpc, database))
                await crew.run()
        except asyncio.CancelledError:
            if not is_told:
                raise


def _orders(work: Work, grpc: tuple[Sequence[str], int], database: Address, is_first: bool) -> Orders:  # noqa: FBT001  Crew's own
    return Orders(work=work, grpc=grpc, database=database, is_first=is_first)
