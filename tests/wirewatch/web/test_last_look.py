"""What a browser remembers of its visits to the list of stories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wirewatch.web.last_look import LastLook, format_time

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOTHING_NEW = LastLook(NOW, NOW)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_a_cookie_is_read_as_it_was_written_and_a_bad_one_marks_nothing() -> None:
    look = LastLook(ago(30), ago(5))
    assert LastLook.read(str(look), NOW) == look
    future = str(LastLook(ago(30), NOW + timedelta(days=1)))
    for bad in ("", ".", "1", "1.", ".1", "x.y", "-1.5", "²³.5", "9" * 5000, future, "1.5.7"):
        assert LastLook.read(bad, NOW) == NOTHING_NEW, bad


def test_marks_stay_while_somebody_works_and_move_after_a_break() -> None:
    working = LastLook(ago(60), ago(9)).visit(NOW)
    assert working == LastLook(ago(60), NOW)
    back = LastLook(ago(60), ago(20)).visit(NOW)
    assert back == LastLook(ago(20) - timedelta(seconds=2), NOW)
    at_once = LastLook(ago(20), ago(20)).visit(NOW)
    assert at_once == LastLook(ago(20), NOW)  # never backwards


def test_what_was_seen_moves_forward_only_and_never_into_the_future() -> None:
    look = LastLook(ago(60), ago(5))
    seen = ago(10)
    assert look.seen_until(format_time(seen), NOW).since == seen
    for useless in ("", "0", "x", format_time(NOW + timedelta(days=1))):
        assert look.seen_until(useless, NOW) == look, useless
