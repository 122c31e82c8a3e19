"""Sessions: signed, limited in time, bound to one process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wirewatch.web.auth.sessions import SESSION_TIME, Sessions

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def now() -> list[datetime]:
    """The present; tests move it."""
    return [NOW]


@pytest.fixture
def sessions(now: list[datetime]) -> Sessions:
    """The sessions of one process."""
    return Sessions(lambda: now[0])


def test_a_cookie_holds_its_session(sessions: Sessions) -> None:
    for signed_in in (True, False):
        session = sessions.begin(signed_in=signed_in)
        assert sessions.read(sessions.cookie(session)) == session
        assert session.signed_in is signed_in


def test_another_process_accepts_neither_the_cookie_nor_the_form_token(sessions: Sessions) -> None:
    session, other = sessions.begin(signed_in=True), Sessions(lambda: NOW)
    assert other.read(sessions.cookie(session)) is None
    assert not other.is_csrf_token(session, sessions.csrf_token(session))


def test_a_session_expires(sessions: Sessions, now: list[datetime]) -> None:
    cookie = sessions.cookie(sessions.begin(signed_in=True))
    now[0] += SESSION_TIME - timedelta(seconds=1)
    assert sessions.read(cookie)
    now[0] += timedelta(seconds=1)
    assert sessions.read(cookie) is None


def test_an_ended_session_is_not_accepted_and_other_sessions_are(sessions: Sessions) -> None:
    first, second = sessions.begin(signed_in=True), sessions.begin(signed_in=True)
    sessions.end(first)
    assert sessions.read(sessions.cookie(first)) is None
    assert sessions.read(sessions.cookie(second)) == second


def test_a_form_token_belongs_to_one_session(sessions: Sessions) -> None:
    first, second = sessions.begin(signed_in=True), sessions.begin(signed_in=True)
    assert sessions.is_csrf_token(first, sessions.csrf_token(first))
    assert not sessions.is_csrf_token(second, sessions.csrf_token(first))
    assert not sessions.is_csrf_token(first, "")


@pytest.mark.parametrize("forged", ["", "x", "1.99999999999.abc.def", "1.2.3", "....", "ä.ö"])
def test_a_forged_cookie_is_not_accepted(sessions: Sessions, forged: str) -> None:
    assert sessions.read(forged) is None
