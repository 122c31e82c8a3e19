"""axe-core finds nothing serious on any page that the console has, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from core.store.accounts import AccountRole
from core.store.cards import cards
from tests.support.accounts import PASSWORD, MemoryAccounts
from tests.support.browser import Browser, Page
from tests.support.console import Console, open_console
from tests.support.filled_console import fill
from tests.support.web_server import web_server
from wirewatch.web.app import create_pages, protect
from wirewatch.web.auth.permissions import PAGES
from wirewatch.web.runtime_status import RuntimeStatus

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OPERATOR, READER = "Annegret Beispielmann", "Lena"
OF_THE_LOOK = ("color-contrast", "label-content-name-mismatch", "valid-lang", "html-has-lang")
"""Rules whose result depends on colours or texts; structure is the same in every language."""
ONE_ROW = 60
"""Pixels of a header that is one row; two are 69 at least."""

PATHS = {
    "/": ("/?state=all", "/?list=compact&state=all", "/?q=Quark"),
    "/wall": ("/wall",),
    "/alerts/{alert_id}": ("/alerts/{alert}",),
    "/alerts/{alert_id}/briefing": ("/alerts/{alert}/briefing",),
    "/search": ("/search", "/search?q=Nato"),
    "/topics": ("/topics",),
    "/topics/{topic_id}": ("/topics/nato",),
    "/topics/{topic_id}/edit": ("/topics/nato/edit",),
    "/workbench": ("/workbench",),
    "/feeds": ("/feeds",),
    "/feeds/add": ("/feeds/add",),
    "/feeds/{feed_id}/edit": ("/feeds/{feed}/edit",),
    "/articles/review": ("/articles/review",),
    "/articles/review/{article_id}": ("/articles/review/none",),
    "/deliveries": ("/deliveries", "/deliveries?state=delivered"),
    "/missed": ("/missed",),
    "/handover": ("/handover",),
    "/users": ("/users",),
    "/login": ("/login",),
}
"""Each route that answers with a page, and addresses of it."""

NO_PAGES = {
    "/healthz", "/metrics", "/events", "/newer", "/status", "/stories.csv", "/stories.markdown",
    "/alerts/{alert_id}/tests.yaml", "/workbench/names", "/websub/{token}",
    "/alert-feeds/{token}/{document}", "/alert-feeds/{token}/stories/{document}",
}  # fmt: skip
"""Routes that answer with something else: text, data, events, a part of a page."""


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """A console that has something of everything, where an operator and a reader have accounts."""
    with web_server() as server, open_console(server, tmp_path, lambda: NOW) as console:
        fill(console, NOW)
        runtime = RuntimeStatus(
            lambda: console.catalog, list, lambda: console.faults, console.settings
        )
        app = create_pages(console.store, lambda: NOW, runtime)
        app.add_api_route("/broken", _fail, methods=["GET"])
        accounts = MemoryAccounts()
        accounts.add(OPERATOR, AccountRole.OPERATOR)
        accounts.add(READER, AccountRole.READER)
        server.app = protect(app, lambda: NOW, console.settings, accounts)
        yield console


def _fail() -> None:
    raise ZeroDivisionError


def addresses(console: Console) -> list[str]:
    """Return the addresses of all pages, and of two that fail."""
    with console.store.read() as connection:
        alert = connection.execute(select(cards.c.alert_id).limit(1)).scalar_one()
    ids = {"alert": alert, "feed": console.catalog.feeds[0].id}
    paths = [path for some in PATHS.values() for path in some]
    return [path.format(**ids) for path in (*paths, "/nothing", "/broken")]


def sign_in(page: Page, console: Console, name: str, password: str = PASSWORD) -> None:
    page.open(f"{console.url}/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    with page.leaving():
        page.press("Enter")


def test_every_route_that_answers_with_a_page_is_in_the_table() -> None:
    routes = {key.partition(" ")[2] for key in PAGES if key.startswith("GET ")}
    assert routes == PATHS.keys() | NO_PAGES


def test_axe_finds_nothing_serious_on_any_page_and_the_header_is_one_row(
    browser: Browser, console: Console
) -> None:
    wrong: dict[str, object] = {}
    for language, dark, rules in (("en", False, ()), ("de", True, OF_THE_LOOK)):
        with browser.page(size=(1400, 900), language=language, dark=dark) as page:
            sign_in(page, console, OPERATOR)
            for path in addresses(console):
                page.open(console.url + path)
                found = page.axe(*rules)
                height = page.run("document.querySelector('.top')?.offsetHeight ?? 0")
                if found or height > ONE_ROW:
                    wrong[f"{path} {language}"] = (found, height)
        with browser.page(language=language, dark=dark) as page:
            sign_in(page, console, READER)
            page.open(f"{console.url}/workbench")
            assert page.count("h1") == 1
            wrong |= {f"403 {language}": found for found in [page.axe()] if found}
            page.ask("Network.clearBrowserCookies")
            for _ in range(6):
                sign_in(page, console, READER, "wrong")
            assert (
                page.text("h1") == {"en": "Too many attempts", "de": "Zu viele Versuche"}[language]
            )
            wrong |= {f"429 {language}": found for found in [page.axe()] if found}
    assert wrong == {}
