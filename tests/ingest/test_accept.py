from whence.server import House
from whence.domain.access import Principal
from whence.domain.event import Accepted
from tests.builders import report

async def test_a_report_is_accepted(whole: House, by: Principal) -> None:
    """x."""
    receipt = await whole.context.ingest.accept_one(by.account_id, report())

    assert isinstance(receipt, Accepted)
