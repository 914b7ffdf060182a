"""A real browser for the tests: Chromium of the system, without a network of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_LOCAL = ("127.0.0.1", "localhost", "")
_GRAVE = ("serious", "critical")


@pytest.fixture(scope="package")  # not of the session: other tests want the event loop for themselves
def browser() -> Iterator[Browser]:
    """Chromium, started once; tests that ask for it are skipped where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(Path(chromium)), args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a fresh profile; at the end no script of it has failed, and no request has left the machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened = context.new_page()
    asked: list[str] = []
    failed: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: failed.append(str(error)))
    yield opened
    context.close()
    assert [url for url in asked if urlsplit(url).hostname not in (None, *_LOCAL)] == []
    assert failed == []


def grave_findings(page: Page) -> list[str]:
    """Return what axe finds on a page that keeps people out: rule and element of each serious or critical finding."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]}" for rule in found if rule["impact"] in _GRAVE for node in rule["nodes"]
    ]
