from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.polling import conditional
from ingest.polling.conditional import NO_CACHE, ConditionalRequest
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY

ODD = "Sat, 16 Nov 2041 25:61:00 Mitteleuropäische Zeit"
UNCONDITIONAL = ConditionalRequest({})
BOTH = ConditionalRequest({"If-None-Match": "x", "If-Modified-Since": "y"})


def read_before(**values: object) -> dict[str, object]:
    return {"etag": 'W/"a"', "last_modified": ODD, "last_200_at": MONDAY} | values


def test_the_first_request_is_unconditional() -> None:
    request = conditional.build_request(feed_record(), MONDAY)
    assert request.headers == {}
    assert not request.conditional


def test_both_validators_are_sent_as_they_came() -> None:
    request = conditional.build_request(feed_record(**read_before()), MONDAY)
    assert request.headers == {"If-None-Match": 'W/"a"', "If-Modified-Since": ODD}
    assert request.conditional


@pytest.mark.parametrize(
    ("mode", "names"),
    [("last_modified", {"If-Modified-Since"}), ("etag", {"If-None-Match"})],
)
def test_a_mode_sends_one_validator(mode: str, names: set[str]) -> None:
    request = conditional.build_request(feed_record(**read_before(validator_mode=mode)), MONDAY)
    assert set(request.headers) == names


def test_a_mode_whose_validator_is_missing_sends_the_other() -> None:
    feed = feed_record(**read_before(validator_mode="last_modified", last_modified=None))
    assert set(conditional.build_request(feed, MONDAY).headers) == {"If-None-Match"}


@pytest.mark.parametrize(("tier", "hours"), [("A", 24), ("B", 24), ("C", 8 * 24)])
def test_a_long_series_of_304_is_checked_by_an_unconditional_request(tier: str, hours: int) -> None:
    feed = feed_record(tier=tier, **read_before())
    just_before = conditional.build_request(feed, MONDAY + timedelta(hours=hours, seconds=-1))
    assert just_before.conditional
    then = conditional.build_request(feed, MONDAY + timedelta(hours=hours))
    assert not then.conditional
    assert then.probe


def test_requests_are_unconditional_for_a_week_after_a_wrong_304() -> None:
    feed = feed_record(**read_before(body_sha256="old"))
    same = {"ETag": 'W/"a"', "Last-Modified": ODD}
    probe = ConditionalRequest({}, probe=True)
    later = MONDAY + timedelta(days=2)
    suspect = conditional.with_validators_of_200(feed, same, "new", probe, later)
    assert suspect.validators_off_until == later + timedelta(days=7)
    caught = feed_record(**read_before(validators_off_until=suspect.validators_off_until))
    assert not conditional.build_request(caught, MONDAY + timedelta(hours=1)).conditional
    honest = conditional.with_validators_of_200(feed, {"ETag": '"b"'}, "new", probe, later)
    assert honest.validators_off_until is None


def test_validators_of_every_200_are_stored_even_with_the_same_body() -> None:
    feed = feed_record(**read_before(body_sha256="same"))
    feed = conditional.with_validators_of_200(feed, {"ETag": '"b"'}, "same", BOTH, MONDAY)
    assert (feed.etag, feed.last_modified) == ('"b"', None)


def test_validators_that_a_304_does_not_name_stay() -> None:
    feed = feed_record(**read_before())
    assert conditional.with_validators_of_304(feed, {}).etag == 'W/"a"'
    renewed = conditional.with_validators_of_304(feed, {"ETag": '"b"'})
    assert (renewed.etag, renewed.last_modified) == ('"b"', ODD)


@pytest.mark.parametrize("value", ["", "x" * 3000, "a\x01b", "raw \udce4"])
def test_a_validator_that_cannot_be_sent_back_unchanged_is_not_stored(value: str) -> None:
    feed = conditional.with_validators_of_200(feed_record(), {"ETag": value}, "s", NO_CACHE, MONDAY)
    assert feed.etag is None


def test_other_validators_are_tried_if_a_server_ignores_those_sent() -> None:
    feed = feed_record(**read_before(body_sha256="same"))
    same = {"ETag": 'W/"a"', "Last-Modified": ODD}
    modes = []
    for _ in range(9):
        feed = conditional.with_validators_of_200(feed, same, "same", BOTH, MONDAY)
        modes.append(feed.validator_mode)
    assert modes == ["both", "both", *["last_modified"] * 3, *["etag"] * 3, "both"]


def test_a_304_ends_the_search_for_validators() -> None:
    feed = feed_record(**read_before(same_body=2, validator_mode="last_modified"))
    feed = conditional.with_validators_of_304(feed, {})
    assert (feed.same_body, feed.validator_mode) == (0, "last_modified")


def test_a_single_validator_is_the_only_one_to_send() -> None:
    feed = feed_record(etag='"a"', body_sha256="same", same_body=2)
    feed = conditional.with_validators_of_200(feed, {"ETag": '"a"'}, "same", BOTH, MONDAY)
    assert (feed.validator_mode, feed.same_body) == ("both", 0)


def test_a_server_without_validators_is_known_by_its_unchanged_documents() -> None:
    feed, counts = feed_record(body_sha256="same"), []
    for _ in range(5):
        feed = conditional.with_validators_of_200(feed, {}, "same", UNCONDITIONAL, MONDAY)
        counts.append((feed.same_body, feed.validator_mode))
    assert counts == [(n, "both") for n in range(1, 6)]
    assert conditional.with_validators_of_200(feed, {}, "b", UNCONDITIONAL, MONDAY).same_body == 0


@pytest.mark.parametrize(
    ("probes", "is_off"),
    [
        ("C", False),  # C: a check of a series of 304 that brought another document
        ("CC", True),
        ("C304C", True),
        ("CRC", False),  # R: a conditional request that brought one
        ("CSC", True),  # S: a check that brought the same document
        ("CRCC", True),
    ],
)
def test_a_server_is_not_believed_after_two_checks_with_news_and_only_304_between(
    probes: str, is_off: bool
) -> None:
    feed, body = feed_record(**read_before(body_sha256="0")), 0
    for step in probes.replace("304", ""):
        body += step != "S"
        request = BOTH if step == "R" else ConditionalRequest({}, probe=True)
        headers = {"ETag": f'"{body}"'}
        feed = conditional.with_validators_of_200(feed, headers, str(body), request, MONDAY)
    assert (feed.validators_off_until is not None) == is_off


@pytest.mark.parametrize(
    ("tier", "gap_hours", "hours"),
    [("A", 1, 24), ("B", 5, 30), ("B", 300, 8 * 24), ("C", 5, 8 * 24), ("B", None, 24)],
)
def test_a_series_of_304_is_checked_later_where_news_is_rare(
    tier: str, gap_hours: float | None, hours: float
) -> None:
    gap = None if gap_hours is None else gap_hours * 3600
    feed = feed_record(tier=tier, **read_before(news_gap_s=gap))
    at = MONDAY + timedelta(hours=hours)
    assert conditional.build_request(feed, at).probe
    assert conditional.build_request(feed, at - timedelta(seconds=1)).conditional
