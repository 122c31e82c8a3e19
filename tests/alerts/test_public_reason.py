"""Streams have the status and the code of an answer, and nothing that a server wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import config.i18n
from alerts.public_reason import OWN, OWN_FAMILIES, answered_status, public_reason
from config.i18n import Phrase, in_english, verbatim
from core.store.console import overviews
from tests.alerts.harness import Harness, match, webhook
from tests.support.faultserver import Exchange, FaultServer

FOREIGN = "what a server wrote"
STAGE = Phrase("delivery.smtp_stage.recipient")


@pytest.mark.parametrize(
    ("reason", "status", "public"),
    [
        (Phrase("delivery.http_answer", status=404, answer=FOREIGN), 404, "HTTP 404"),
        (Phrase("delivery.http", status=204), 204, "HTTP 204"),
        (Phrase("delivery.smtp", answer=f"250 {FOREIGN}"), 250, "SMTP 250"),
        (Phrase("delivery.smtp_refused", stage=STAGE, answer=f"550 {FOREIGN}"), 550, "SMTP 550"),
        (
            Phrase("delivery.smtp_operator", stage=STAGE,
                   why=Phrase("delivery.smtp_answer", answer=f"535 {FOREIGN}")), 535, "SMTP 535",
        ),
        (
            Phrase("delivery.unanswered", why=FOREIGN), None,
            "The target did not accept it. It is unknown whether the message arrived.",
        ),
        (
            Phrase("delivery.given_up", n=2,
                   why=Phrase("delivery.http_answer", status=503, answer=FOREIGN)), 503,
            "Given up after 2 attempts. HTTP 503",
        ),
        (
            Phrase("delivery.possible_repeat",
                   outcome=Phrase("delivery.smtp_deferred", stage=STAGE, answer=FOREIGN)), None,
            "The target did not accept it. An earlier attempt may have arrived too.",
        ),
        (Phrase("delivery.stored"), None, "stored"),
        (verbatim(FOREIGN), None, "The target did not accept it."),
        (Phrase("delivery.of_a_later_version", x=FOREIGN), None, "The target did not accept it."),
    ],
)  # fmt: skip
def test_a_reason_becomes_public(reason: Phrase, status: int | None, public: str) -> None:
    assert in_english(public_reason(reason)) == public
    assert answered_status(reason) == status


def test_no_code_of_a_delivery_lets_a_text_of_a_server_through() -> None:
    catalog = Path(config.i18n.__file__).parent / "locales/en/LC_MESSAGES/reasons.po"
    codes = re.findall(r'msgid "(delivery\.[\w.]+)"\nmsg\w+(?:.*\n)', catalog.read_text())
    assert len(codes) > 30
    for code in set(codes):
        text = in_english(public_reason(Phrase(code, answer=FOREIGN, why=FOREIGN)))
        assert FOREIGN not in text, code
    assert set(codes) >= OWN
    assert OWN_FAMILIES == ("delivery.smtp_stage.", "fetch.")


def test_a_404_that_repeats_its_path_is_neither_stored_nor_logged_nor_on_a_stream(
    harness: Harness, faults: FaultServer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = "/hooks/SeCr3t-Tok3n"

    def repeat(exchange: Exchange) -> bool:
        text = f"No hook {exchange.request.target}, {path.upper()}, SeCr3t%2DTok3n; foreign words"
        return exchange.reply(text.encode(), 422)

    faults.on(path, repeat)
    harness.set_receivers(webhook(faults.url(path)))
    harness.decide(match())
    harness.dispatcher().run_once()
    assert harness.last_error() == "HTTP 422: No hook /***, /***, ***; foreign words"
    event = harness.events()[-1]
    assert (event.event, event.reason, event.reason_code, event.status) == (
        "notification_failed", "HTTP 422", "failed", 422,
    )  # fmt: skip
    assert "foreign" not in repr(harness.events())
    with harness.store.read() as connection:
        shown = repr(overviews.list_deliveries(connection))
    shown += "".join(capsys.readouterr()) + repr(harness.notifications())
    assert "tok3n" not in shown.lower()
