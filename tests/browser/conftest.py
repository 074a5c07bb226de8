"""One Chromium and one running program for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser.site import Site, running_site
from tests.makers import PASSWORD

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORTS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))


def _program(playwright: Playwright) -> str | None:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    own = Path(playwright.chromium.executable_path)
    return found or (str(own) if own.exists() else None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests are skipped."""
    with sync_playwright() as playwright:
        program = _program(playwright)
        if program is None:
            pytest.skip("there is no Chromium on this machine")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Site]:
    """The running program."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """The cookies of users who signed in before."""
    return {}


class Watch:
    """What pages must not do: raise, break the security policy, ask other hosts, open dialogs."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.faults: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(REPORTS)
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda fault: self.faults.append(f"script: {fault.error}"))
        context.on("dialog", self._dialog)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.site.url, "data:", "blob:")):
            self.faults.append(f"foreign host: {request.url}")

    def _console(self, message: Any) -> None:
        # The browser itself notes every answer from 400 on.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type != "beforeunload":
            self.faults.append(f"dialog: {dialog.message}")
        dialog.accept()


@pytest.fixture
def browse(chromium: Browser, site: Site, cookies: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """Open a browser of its own for a user: `browse("Anna")`; nobody: `browse("")`."""
    watch = Watch(site)
    contexts: list[BrowserContext] = []

    def open_for(name: str, **options: Any) -> Page:
        options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **options}
        if name in cookies:
            options["storage_state"] = cookies[name]
        context = chromium.new_context(base_url=site.url, **options)
        contexts.append(context)
        context.set_default_timeout(20_000)
        watch.over(context)
        page = context.new_page()
        if name and name not in cookies:
            sign_in(page, site.people[name].email)
            cookies[name] = context.storage_state()
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert watch.faults == []


def sign_in(page: Page, email: str) -> None:
    """Sign in on the page, and wait for the first page behind it."""
    page.goto("/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/companies*")
