"""What the program says of itself and of the operator's files is German on German pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from alerts.decide import ReasonCode
from alerts.match_end import EndCode, MatchEnd
from alerts.plan import HoldCode
from config.catalog.models.topics import TopicState
from config.errors import (
    ArchiveError,
    BusyError,
    DeadLetterLimitError,
    OutOfMemoryError,
    SettingsError,
    StoreError,
    StoreFullError,
    StreamUnavailableError,
    UsageError,
    describe_phrase,
)
from config.faults import Fault
from config.i18n import LANGUAGES, Phrase, translator, written_in_english
from core.messages import Field
from core.messages.feed_health import FeedHealthKind
from core.store import nightly_runs
from core.store.accounts import AccountRole
from core.store.console.actions import REASONS
from core.store.console.story_list import STATES
from core.store.nightly_runs import NightlyRun
from tests.support.console import Console
from tests.support.english import ENGLISH
from tests.support.page_texts import texts_of
from wirewatch.run.housekeeping import STATES as FEED_STATES
from wirewatch.web.data_panel import COLUMNS, PARTS
from wirewatch.web.pages.users import STORY_ACTIONS

FAULTS = Path(__file__).parents[4] / "docs" / "faults.md"
CODES = re.findall(r"^\| ([EWR]\d{3}) \|", FAULTS.read_text("utf-8"), re.MULTILINE)

MESSAGE = "The rule `against` is not what is expected here."
MEND = "Did you mean `direct`?"


def english_on(body: str) -> list[str]:
    """Return the lines of a German page that are English, without names in backquotes and paths."""
    texts = re.sub(r"`[^`]*`|\S*/\S*", "", texts_of(body, "de")).replace("The Courier", "")
    return [line for line in texts.splitlines() if ENGLISH.search(line)]


def fault(console: Console, code: str, line: int) -> Fault:
    path = str(console.settings.config_dir / "topics" / "nato.yaml")
    return Fault(file=path, line=line, column=1, code=code, message=MESSAGE, mend=MEND)


def test_every_fault_is_german_wherever_a_page_shows_it(console: Console) -> None:
    console.language = "de"
    t = translator("de")
    for at in range(0, len(CODES), 8):  # as many as the topic's file has lines
        codes = CODES[at : at + 8]
        console.faults[:] = [fault(console, code, n) for n, code in enumerate(codes, 1)]
        for path in ("/topics/nato", "/topics", "/"):
            body = console.page(path)
            assert english_on(body) == [], (path, codes)
        body = console.page("/topics/nato").partition('id="file"')[2]
        for code in codes:
            assert t(f"fault.{code}") in unescaped(body), code
            assert t(f"mend.{code}") in unescaped(body), code
        for names in ("Betrifft: `against`.", "Vorschlag: `direct`."):
            assert body.count(names) == len(codes)
        assert body.count(f'<span lang="en">{MESSAGE} {MEND}</span>') == len(codes)


def unescaped(body: str) -> str:
    for escaped, plain in (("&#34;", '"'), ("&gt;", ">"), ("&lt;", "<"), ("&#39;", "'")):
        body = body.replace(escaped, plain)
    return body.replace("&amp;", "&")


def test_english_pages_show_the_message_of_a_fault_once(console: Console) -> None:
    console.faults[:] = [fault(console, "E007", 1)]
    body = console.page("/topics/nato")
    shown = body.partition('class="fault')[2].partition("</div>")[0]
    assert f"E007 {MESSAGE} {MEND}" in shown
    assert "<details" not in shown


def test_a_test_that_fails_is_named_in_german(console: Console) -> None:
    console.language = "de"
    wrong = "Test 'Nato tagt': match is false, expected true; missing rules: direct."
    found = fault(console, "W111", 3).model_copy(update={"message": wrong, "mend": "Mend it."})
    console.faults[:] = [found]
    body = console.page("/topics")
    assert "Ein Test schlägt fehl; das Thema gilt trotzdem." in body
    assert "Betrifft: `Nato tagt`." in body
    assert english_on(body) == []


@pytest.mark.parametrize(
    "error",
    [
        StoreError("The database is away."), StoreFullError("The disk is full."),
        StreamUnavailableError("The broker is away."), ArchiveError("The archive is away."),
        SettingsError("The setting is wrong."), DeadLetterLimitError("Every record fails."),
        OutOfMemoryError(), UsageError("That is not known."), BusyError("Too many."),
        ZeroDivisionError("division is not defined"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_why_a_stage_stopped_is_german(console: Console, error: Exception) -> None:
    console.language = "de"
    reason = describe_phrase(error)
    stage = Phrase("health.stage", stage="alerts", reason=reason)
    writes = Phrase("health.unwritten.store", reason=reason)
    slot = Phrase("health.process", slot="alerts-1", reason=stage)
    console.ill[:] = [stage, writes, slot]
    body = console.page("/")
    assert english_on(body) == []
    assert body.count(translator("de").phrase(reason)) == 3
    console.language = "en"
    assert str(error).rstrip(".") in unescaped(console.page("/"))


def test_what_failed_at_night_is_german(console: Console, now: datetime) -> None:
    why = written_in_english("The archive is away.", Phrase("trouble.archive")).dump()
    run = NightlyRun(now - timedelta(hours=9), now - timedelta(hours=8), {}, {"store": 1}, why)
    with console.store.write() as connection:
        nightly_runs.add_run(connection, run)
    console.language = "de"
    body = console.page("/feeds")
    assert "Das Archiv ist derzeit nicht nutzbar" in body
    assert english_on(body) == []
    console.language = "en"
    assert "The archive is away." in console.page("/feeds")


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("GET", "/?state=all&before=x", []),
        ("GET", "/users?before=x", []),
        ("GET", "/deliveries?before=x", []),
        ("POST", "/act", [("pick", "0" * 32), ("act", "snooze"), ("for", "soon")]),
        ("POST", "/act", [("pick", "0" * 32), ("act", "snooze"), ("for", "90d")]),
        ("POST", "/act", [("pick", "0" * 32), ("act", "maybe")]),
        ("POST", "/act", [("one", "ack:x")]),
        ("POST", "/merge", [("alert", "0" * 32), ("other", "0" * 32)]),
        ("GET", "/nothing", []),
    ],
)
def test_an_error_page_is_german(
    console: Console, method: str, path: str, fields: list[tuple[str, str]]
) -> None:
    console.language = "de"
    status, body = console.post(path, fields) if fields else console.request(path, method)
    assert status >= 400
    assert english_on(body) == []
    assert re.search(r"<h1>[^<]+</h1>\s*<p>[^<]+</p>", body)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{",
        '{"title": 1}',
        "http://127.0.0.1:1/",
        "http://127.0.0.1:70000/",
        pytest.param("<p>", marks=pytest.mark.processes),
    ],
)
def test_what_is_wrong_with_a_text_to_try_is_german(console: Console, source: str) -> None:
    console.language = "de"
    body = console.submit("/topics/nato", [("source", source), ("title", ""), ("language", "")])
    wrong = body.partition('id="answer"')[2].partition("</section>")[0]
    assert '<p class="bad">' in wrong
    assert english_on(body) == []


ENDS = [ReasonCode.RETRACTION, ReasonCode.TOO_OLD, ReasonCode.SILENCED, ReasonCode.INHIBITED]
CODES_ON_PAGES = {
    "decision.code": list(ReasonCode),
    "match_end.code": [*EndCode, *HoldCode, *ENDS],
    "topics.end": list(MatchEnd),
    "feed.event": list(FeedHealthKind),
    "feed.state": FEED_STATES,
    "story.field": list(Field),
    "story.state": STATES,
    "story.irrelevant": REASONS,
    "topic.state": list(TopicState),
    "role": list(AccountRole),
    "escalation.code": ["acked", "closed", "assigned", "snoozed", "silenced", "untold"],
    "audit": STORY_ACTIONS,
    "action.done": STORY_ACTIONS - {"undone"},
    "data.deleted": COLUMNS,
    "data.part": PARTS,
}


@pytest.mark.parametrize("group", CODES_ON_PAGES)
def test_every_code_that_a_page_shows_has_a_text(group: str) -> None:
    for code in CODES_ON_PAGES[group]:
        for language in LANGUAGES:
            assert translator(language).has(f"{group}.{code}"), (language, code)


def test_a_query_with_an_error_is_explained_in_german(console: Console) -> None:
    console.language = "de"
    for query in ('"Gas', "Gas OR", "a AND b OR c", "NOT Gas", "titel:Gas", "$nichts", "a w/5 b"):
        body = console.page("/search?" + urlencode({"q": query}))
        assert 'id="fault"' in body, query
        assert english_on(body) == [], query


def test_the_workbench_explains_the_faults_of_a_text_in_german(console: Console) -> None:
    console.language = "de"
    text = 'id: neu\ntitel: x\nlanguages: [de]\nthreshold: 999\nquery: "Gas OR"\n'
    fields = [("topic", ""), ("text", text), ("do", "check"), ("base", "")]
    status, body = console.post("/workbench", fields)
    assert status == 200
    faults = body.partition('id="faults"')[2].partition("</section>")[0]
    assert "Ein Schlüssel ist unbekannt." in faults
    assert english_on(body) == []
