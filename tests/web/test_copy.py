"""What is copied, also where a page has no clipboard: over plain http on another host."""

from typing import Final

from playwright.async_api import Locator, Page, expect

_NO_CLIPBOARD: Final = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
_NO_COPYING: Final = "document.execCommand = () => false"


async def test_a_token_is_copied_without_a_clipboard_of_the_page(page: Page) -> None:
    """The button says so, the dialog stays, and what is pasted is the token."""
    await page.add_init_script(_NO_CLIPBOARD)
    dialog, secret = await made(page)

    await dialog.get_by_role("button", name="Copy token").click()
    await expect(page.get_by_role("tooltip")).to_have_text("Copied")
    await dialog.get_by_role("button", name="I have copied it").click()
    await page.goto("/events")
    search = page.get_by_label("Search events")
    await search.press("Control+v")

    await expect(search).to_have_value(secret)


async def test_what_cannot_be_copied_is_selected(page: Page) -> None:
    """The page says that it is up to its reader, and closes that word before the dialog behind it."""
    await page.add_init_script(_NO_CLIPBOARD)
    await page.add_init_script(_NO_COPYING)
    dialog, secret = await made(page)

    await dialog.get_by_role("button", name="Copy token").click()
    shown = page.get_by_role("textbox", name="To be copied")
    await expect(shown).to_have_value(secret)
    await expect(shown).to_be_focused()
    selected = await shown.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert selected == secret
    await page.keyboard.press("Escape")

    await expect(shown).to_have_count(0)
    await expect(dialog).to_be_visible()


async def test_a_link_that_cannot_be_copied_is_shown(page: Page) -> None:
    """It is shown and selected, with the time that was looked at."""
    await page.add_init_script(_NO_CLIPBOARD)
    await page.add_init_script(_NO_COPYING)
    await page.goto("/events?type=deploy")

    await page.get_by_role("button", name="Copy a link to this").click()

    shown = page.get_by_role("textbox", name="To be copied")
    await expect(shown).to_be_focused()
    assert (await shown.input_value()).startswith(f"{page.url}&from=")


async def made(page: Page) -> tuple[Locator, str]:
    """The dialog that shows a new token, and the token."""
    await page.goto("/tokens")
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_role("textbox", name="Name").fill("ci")
    await page.get_by_role("button", name="Make it").click()
    secret = await page.get_by_role("region", name="token", exact=True).inner_text()
    return page.get_by_role("dialog", name="Copy it now"), secret
