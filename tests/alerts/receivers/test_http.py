"""What an HTTP answer means for a delivery: a table."""

from __future__ import annotations

from typing import cast

import pytest

from alerts.receivers import ReceiverTools
from alerts.receivers.http import receipt_of
from config.errors import DeliveryError
from core.http import Response
from core.http.client import HttpClient
from tests.alerts.harness import NOON

TOOLS = ReceiverTools(cast("HttpClient", None), lambda: NOON, 20.0)

RETRIED = (408, 425, 429, 500, 502, 503, 504, 507, 599)
TARGET_FAULTS = (300, 301, 302, 303, 304, 307, 308, 401, 403, 404, 405, 407, 410, 501)
REJECTED = (400, 402, 406, 409, 413, 414, 415, 418, 422, 431, 451)


def judge(status: int) -> DeliveryError:
    """Return the error that an answer with a Retry-After is."""
    response = Response("http://desk.example.org/", status, {"Retry-After": "7"}, b"")
    with pytest.raises(DeliveryError) as raised:
        receipt_of(response, TOOLS)
    return raised.value


@pytest.mark.parametrize("status", RETRIED)
def test_a_temporary_answer_is_retried_and_says_nothing_about_the_target(status: int) -> None:
    error = judge(status)
    assert (error.permanent, error.target_fault, error.unknown) == (False, False, False)


@pytest.mark.parametrize("status", TARGET_FAULTS)
def test_a_target_that_moved_is_missing_or_denies_access_is_retried(status: int) -> None:
    error = judge(status)
    assert (error.permanent, error.target_fault, error.retry) == (False, True, True)


@pytest.mark.parametrize("status", REJECTED)
def test_any_other_answer_rejects_the_message(status: int) -> None:
    error = judge(status)
    assert (error.permanent, error.target_fault, error.retry_after) == (True, False, None)


@pytest.mark.parametrize("status", [429, 503, 403])
def test_a_requested_wait_is_kept(status: int) -> None:
    assert judge(status).retry_after == 7
