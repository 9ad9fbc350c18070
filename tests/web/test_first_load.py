from typing import Final

from playwright.async_api import Browser

from tests.acceptance.server import Server
from tests.web.first_load import fill, load
from tests.web.shop import Shop

_MOST_BYTES: Final = 450_000
_MOST_MS: Final = 1_500
_TRIES: Final = 3  # nothing runs beside it by `make acceptance`; what one of them reaches is what the page can


async def test_the_first_page_is_of_use_soon(browser: Browser, served: Server, shop: Shop) -> None:
    """[UI6] Its scripts are 450 kB over the wire at most, and the first event stands there within 1.5 s."""
    fill(shop, 1_000)

    loads = [await load(browser, served.url, shop.token) for _ in range(_TRIES)]

    assert 0 < max(one.script_bytes for one in loads) <= _MOST_BYTES
    assert min(one.usable_ms for one in loads) <= _MOST_MS
