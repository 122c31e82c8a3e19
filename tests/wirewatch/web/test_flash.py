"""Confirmations after a form was sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.responses import RedirectResponse
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import LANGUAGES, Phrase, in_english, translator
from core.store.console.actions import ActionResult
from core.store.poll_now import PollNowResult
from core.store.resend import ResendResult
from wirewatch.web.flash import (
    SHOWN_FOR,
    Flash,
    flash,
    redirect,
    redirect_to_reasons,
    redirect_with_outcome,
    redirect_with_undo,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EN = translator("en")


def query_of(answer: RedirectResponse) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def test_a_confirmation_is_shown_for_some_seconds_after_the_action() -> None:
    answer = redirect("/", "nothing", NOW)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/?done=nothing&at=")
    query = query_of(answer)
    assert flash(query, NOW, EN) == Flash(EN("flash.nothing"), 20)
    assert flash(query, NOW + SHOWN_FOR, EN) is None
    assert flash(query, NOW - timedelta(seconds=1), EN) is None


def test_an_action_on_stories_can_be_undone_for_ten_seconds() -> None:
    query = query_of(redirect_with_undo("/", "ack", ActionResult("a1", ("x", "y")), NOW))
    assert flash(query, NOW, EN) == Flash("2 stories acknowledged.", 10, undo="a1")
    later = flash(query, NOW + timedelta(seconds=7), EN)
    assert later is not None
    assert later.seconds == 3
    assert flash(query, NOW + timedelta(seconds=10), EN) is None


def test_an_outcome_is_shown_with_its_time() -> None:
    outcome = Phrase("poll.host_paused", at=NOW + timedelta(minutes=5))
    query = query_of(redirect_with_outcome("/feeds", outcome, NOW))
    assert flash(query, NOW, EN) == Flash(in_english(outcome), 20)
    assert flash(query, NOW + SHOWN_FOR, EN) is None


@pytest.mark.parametrize("result", [*PollNowResult, *ResendResult])
def test_every_outcome_has_a_text(result: PollNowResult | ResendResult) -> None:
    group = "poll" if isinstance(result, PollNowResult) else "resend"
    query = {"done": f"{group}.{result}", "at": str(int(NOW.timestamp())), "until": "1800000000"}
    for language in LANGUAGES:
        confirmation = flash(query, NOW, translator(language))
        assert confirmation is not None
        assert result.value not in confirmation.text


def test_an_action_that_changed_nothing_says_so_and_offers_no_undo() -> None:
    query = query_of(redirect_with_undo("/", "close", ActionResult("", ()), NOW))
    assert flash(query, NOW, EN) == Flash("Nothing changed: already done, or closed.", 10)
    query = query_of(redirect_with_undo("/", "undone", ActionResult("", ()), NOW))
    assert flash(query, NOW, EN) == Flash("Undone for 0 stories.", 10)


def test_undoing_offers_no_undo() -> None:
    query = query_of(redirect_with_undo("/", "undone", ActionResult("a1", ("x",)), NOW))
    assert flash(query, NOW, EN) == Flash("Undone for 1 story.", 10)


def test_the_question_for_a_reason_has_no_time_limit() -> None:
    query = query_of(redirect_to_reasons("/", ["ab12", "cd34"]))
    question = flash(query, NOW, EN)
    assert question == Flash(EN.plural("action.why_irrelevant", 2), ask_why=("ab12", "cd34"))


def test_an_earlier_confirmation_is_replaced() -> None:
    address = "/?topic=nato&done=ack&n=1&at=5&undo=a1"
    answer = redirect(address, "nothing", NOW)
    assert query_of(answer).keys() == {"topic", "done", "at"}


@pytest.mark.parametrize(
    "query",
    [{}, {"done": "unknown_code"}, {"done": "poll.unknown"},
     {"done": "poll.host_paused"}, {"done": "ack", "n": "-1"},
     {"done": "ack", "n": "x"}, {"done": "why"}, {"done": "why", "pick": '"><b>,-'}],
)  # fmt: skip
def test_an_address_that_confirms_nothing_shows_nothing(query: dict[str, str]) -> None:
    assert flash(query | {"at": str(int(NOW.timestamp()))}, NOW, EN) is None


@given(st.dictionaries(st.sampled_from(["done", "n", "at", "undo", "pick"]), st.text()))
def test_no_address_breaks_a_page(query: dict[str, str]) -> None:
    flash(query, NOW, EN)
