import re
from datetime import UTC, datetime, timedelta

from config.errors import PoisonError, RecordTooLargeError
from core.messages.envelope import DEAD_LETTER
from core.streams.dead_letter import (
    CODES,
    DEFECT,
    DeadLetterLimit,
    ProcessingFailure,
    dead_letter,
    original_record,
)
from core.streams.port import NewRecord, Record
from wirewatch.contracts.generate import ROOT

READ = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
FAILED = datetime(2026, 3, 2, tzinfo=UTC)
HEADERS = (("ce_id", b"1"), ("ce_id", b"2"), ("odd", b"\xff\x00"))
VALUE = b'\xff{"title": '
RECORD = Record("news.articles.v1", 7, 4711, b"\x00key", VALUE, HEADERS, READ)


def letter(error: Exception) -> NewRecord:
    failure = ProcessingFailure(RECORD, "processors", error, 3, FAILED)
    return dead_letter(failure, at=FAILED + timedelta(seconds=9))


def as_read(new: NewRecord) -> Record:
    return Record(new.stream, 0, 0, new.key, new.value, new.headers, new.time)


def test_a_dead_letter_has_key_value_and_headers_of_its_record_and_describes_the_failure() -> None:
    made = letter(PoisonError("no title"))
    assert (made.stream, made.key, made.value) == (DEAD_LETTER, b"\x00key", VALUE)
    assert made.headers[:3] == HEADERS
    assert made.time == FAILED + timedelta(seconds=9)
    added = {name: value.decode() for name, value in made.headers[3:]}
    assert added.pop("dlq_app_version")
    assert added == {
        "dlq_stage": "processors",
        "dlq_original_stream": "news.articles.v1",
        "dlq_original_partition": "7",
        "dlq_original_offset": "4711",
        "dlq_original_time": "2026-03-01T12:00:00.250000Z",
        "dlq_error_class": "PoisonError",
        "dlq_error_code": "invalid_message",
        "dlq_error_message": "no title",
        "dlq_attempts": "3",
        "dlq_first_failed_at": "2026-03-02T00:00:00Z",
    }


def test_a_long_error_message_is_cleaned_and_cut() -> None:
    message = as_read(letter(PoisonError("\x1b[31mred\n\u202e" + "x" * 5_000))).header(
        "dlq_error_message"
    )
    assert message is not None
    assert len(message) == 256
    assert message.startswith("[31mred xxx")


def test_the_error_of_a_defect_is_not_quoted_because_it_may_contain_anything() -> None:
    made = as_read(letter(ValueError("https://hooks.example/SeCr3t and a headline")))
    assert made.header("dlq_error_code") == "defect"
    assert made.header("dlq_error_message") == "The log of the stage has the details."
    assert as_read(letter(RecordTooLargeError("x"))).header("dlq_error_code") == "too_large"


def test_every_code_of_a_dead_letter_is_documented() -> None:
    page = (ROOT / "docs/streams.md").read_text()
    row = next(line for line in page.splitlines() if "`dlq_error_code`" in line)
    assert set(re.findall("`([a-z_]+)`", row)) == {"dlq_error_code", DEFECT, *CODES.values()}


def test_the_original_record_is_restored_unchanged() -> None:
    assert original_record(as_read(letter(ValueError("x")))) == NewRecord(
        "news.articles.v1", b"\x00key", VALUE, HEADERS, READ
    )


def test_a_second_dead_letter_of_a_record_restores_the_same_original() -> None:
    """A replayed record that fails again is a dead letter of the stream it was replayed to."""
    second = dead_letter(ProcessingFailure(RECORD, "alerts", KeyError("y"), 1, FAILED), at=FAILED)
    assert original_record(as_read(second)) == original_record(as_read(letter(ValueError("x"))))


def test_a_record_that_is_no_dead_letter_has_no_original() -> None:
    assert original_record(RECORD) is None


def test_the_limit_counts_failures_in_a_row_and_their_share() -> None:
    limit = DeadLetterLimit(consecutive=3, share=0.5, window=10)
    assert limit.reason([]) is None
    assert limit.reason([True] * 3) is None
    assert limit.reason([False] + [True] * 4) == "4 records in a row could not be processed"
    assert limit.reason([True, False] * 5) is None
    mostly = [True, True, False] * 3 + [True]
    assert limit.reason(mostly) == "7 of the last 10 records could not be processed"
    assert limit.reason(mostly[1:]) is None
    assert limit.reason([*mostly, *[False] * 5]) is None
