"""What holds for every page: structure, security headers, languages, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from config.i18n import LANGUAGES, Phrase, translator
from core.store.alerts import decisions
from core.store.cards import cards
from core.store.deliveries import deliveries
from core.store.poll_now import PollNowResult
from core.store.resend import ResendResult
from tests.support.console import Console, add_delivery, add_story, open_console
from tests.support.english import ENGLISH
from tests.support.filled_console import fill
from tests.support.page_texts import texts_of
from tests.support.web_server import web_server
from wirewatch.web.security_headers import HEADERS

PATHS = (
    "/", "/search", "/topics", "/topics/nato", "/topics/nato/edit", "/workbench", "/missed",
    "/feeds", "/deliveries", "/login", "/handover", "/users",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "de-AT,de;q=0.9"])
def test_a_page_has_landmarks_labels_and_nothing_inline(
    empty: Console, path: str, language: str
) -> None:
    empty.language = language
    body = empty.page(path)
    assert f'<html lang="{language[:2]}">' in body
    assert body.count("<main") == body.count("<h1") == body.count("</main>") == 1
    assert 'class="skip" href="#content"' in body
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", body)
    assert "http://" not in re.sub(r"<textarea.*?</textarea>", "", body)
    fields = re.findall(r"<(?:input|select|textarea)\b(?![^>]*type=\"hidden\")[^>]*>", body)
    labelled = body.count("<label>") + body.count("aria-labelledby")
    assert len(fields) <= labelled


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/alerts/12345678", 404), ("/alerts/" + "a" * 32, 404),
     ("/topics/none", 404), ("/?before=nonsense", 404), ("/newer?than=x", 404),
     ("/static/console.css", 200), ("/static/console.js", 200), ("/static/../app.py", 404),
     ("/healthz", 200), ("/metrics", 200)],
)  # fmt: skip
def test_every_answer_has_the_security_headers(empty: Console, path: str, status: int) -> None:
    answered, body = empty.request(path)
    assert answered == status, body
    for name, value in HEADERS.items():
        assert empty.headers[name.lower()] == value
    assert "unsafe" not in empty.headers["content-security-policy"]
    assert "server" not in empty.headers


def test_head_is_answered_and_post_is_refused_where_there_is_no_form(empty: Console) -> None:
    assert empty.request("/", "HEAD")[0] == 200
    assert empty.post("/", [])[0] == 405
    assert empty.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert empty.headers["allow"]


def test_a_missing_page_is_explained_in_the_readers_language(empty: Console) -> None:
    for language, heading in (("en", "Page not found"), ("de", "Seite nicht gefunden")):
        empty.language = language
        for path in ("/nothing", "/topics/none", "/alerts/" + "a" * 32):
            status, body = empty.request(path)
            assert status == 404
            assert f"<h1>{heading}</h1>" in body
            assert translator(language)("error.404.text") in body


def test_reasons_are_shown_in_the_readers_language_and_in_english_by_the_api(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "r", now, copies=1)
    failed = add_delivery(console.store, alert_id, "a.example", "failed", now)
    reason = Phrase("time.in", span=timedelta(days=3)).dump()
    with console.store.write() as connection:
        connection.execute(cards.update().values(reason=reason))
        connection.execute(decisions.update().values(reason=reason))
        own = deliveries.c.id == failed
        connection.execute(deliveries.update().where(own).values(last_error=reason))
    console.language = "de"
    for path in ("/", f"/alerts/{alert_id}", "/deliveries"):
        body = console.page(path)
        assert "phrase" not in body
        assert path == "/" or '<span dir="auto">in 3 Tagen</span>' in body
    for path in (f"/api/v1/stories/{alert_id}", "/api/v1/stories", "/api/v1/deliveries"):
        assert '"in 3 days"' in console.page(path)


# ── languages ────────────────────────────────────────────────────────────────────────────────────


NOW = datetime.fromisoformat("2026-11-22T12:00:00Z")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """All pages of a console that has something of everything, by language and address."""
    folder = tmp_path_factory.mktemp("filled")
    with web_server() as running, open_console(running, folder, lambda: NOW) as console:
        fill(console, NOW)
        return {language: dict(every_page(console, language)) for language in LANGUAGES}


def every_page(console: Console, language: str) -> Iterator[tuple[str, str]]:
    """Yield the address and the body of every page, with filters, confirmations and errors."""
    console.language = language
    stories = console.page("/?state=all")
    alert_ids = re.findall(r'id="s-([0-9a-f]{32})"', stories)
    assert len(alert_ids) >= 6
    counted = ("ack&n=1", "close&n=2", "reopen&n=2", "relevant&n=1", "undone&n=1")
    flashes = ("nothing", "too_late", *counted, *OUTCOMES)
    filters = "topic=nato&state=open&language=de&severity=urgent&from=2026-11-01&outlet=kurier"
    paths = [
        *PATHS,
        f"/?{filters}&country=AT&q=Rom",
        "/?state=all",
        "/?q=Quark",
        "/login?failed=1",
        f"/?done=why&pick={alert_ids[0]}",
        *(f"/?done={code}&at={int(NOW.timestamp())}" for code in flashes),
        *(f"/alerts/{alert_id}" for alert_id in alert_ids),
        *(f"/deliveries?state={state}" for state in ("pending", "unknown", "failed", "delivered")),
    ]
    yield from ((path, console.page(path)) for path in paths)
    yield "/nothing", console.request("/nothing")[1]
    text = [("source", "Die Nato tagt in Rom."), ("title", "Rom"), ("language", "de")]
    yield "POST /topics/nato", console.submit("/topics/nato", text)


OUTCOMES = [f"poll.{result}&until=1800000000" for result in PollNowResult]
OUTCOMES += [f"resend.{result}&until=1800000000" for result in ResendResult]


NAMES = (".yaml", ".beispiel", ".example")
"""Ends of names of files and hosts, which look like codes."""

CODE = re.compile(r"\b[a-z]+(?:\.[a-z_0-9]+)+\b|\b[a-z]+_[a-z_]+\b")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_a_code_or_a_placeholder(
    pages: dict[str, dict[str, str]], language: str
) -> None:
    for path, body in pages[language].items():
        texts = texts_of(body, language)
        assert not re.search(r"\{(?!n\})\w*\}", texts), path
        codes = {code for code in CODE.findall(texts) if not code.endswith(NAMES)}
        assert codes == set(), path


def test_no_english_is_left_on_the_german_pages(pages: dict[str, dict[str, str]]) -> None:
    for path, body in pages["de"].items():
        texts = re.sub(r"\S+/\S+", "", texts_of(body, "de"))  # without paths of files
        texts = texts.replace("The Courier", "")  # the name of an outlet
        found = [line for line in texts.splitlines() if ENGLISH.search(line)]
        assert found == [], path


def test_the_english_words_are_found_on_the_english_pages(
    pages: dict[str, dict[str, str]],
) -> None:
    texts = "\n".join(texts_of(body, "en") for body in pages["en"].values())
    found = {word.lower() for word in ENGLISH.findall(texts)}
    assert {"story", "stories", "topics", "held", "severity", "the"} <= found
