"""The reason of a delivery as ``news.alerts`` has it: status and code, nothing that a server said.

::

    "HTTP 404: no hook /a/b"     ─▶ "HTTP 404"      status 404
    "Mail: refused: 550 5.1.1 …" ─▶ "SMTP 550"      status 550
    an answer of Apprise         ─▶ "The target did not accept it."

The whole text is in the store, for the console and the API. A stream has many readers, and none of
them needs what stranger's servers write.
"""

from __future__ import annotations

import re
from typing import Final

from config.i18n import Phrase
from config.i18n.phrase import Param

OWN: Final = frozenset(
    {
        *("delivery.address_removed", "delivery.apprise", "delivery.defect", "delivery.feed"),
        *("delivery.feed_test", "delivery.given_up", "delivery.http", "delivery.possible_repeat"),
        *("delivery.receiver_removed", "delivery.refused", "delivery.smtp_connect_timeout"),
        *("delivery.smtp_cut", "delivery.smtp_lost", "delivery.smtp_no_auth"),
        *("delivery.smtp_no_connection", "delivery.smtp_no_reply", "delivery.smtp_no_starttls"),
        *("delivery.smtp_no_utf8", "delivery.smtp_operator", "delivery.smtp_timeout"),
        *("delivery.smtp_too_large", "delivery.stored", "delivery.unanswered"),
    }
)
"""Codes whose texts and parameters are of this program."""

OWN_FAMILIES: Final = ("delivery.smtp_stage.", "fetch.")
"""Beginnings of such codes. Of ``fetch`` a delivery has only failures of the connection."""

_STATUS = re.compile(r"[1-5][0-9]{2}")
_REFUSED = Phrase("delivery.refused")


def public_reason(reason: Phrase) -> Phrase:
    """Return the reason without what a server said."""
    if reason.code == "delivery.http_answer":
        return Phrase("delivery.http", **_only(reason, "status"))
    if reason.code.startswith("delivery.smtp") and (status := answered_status(reason)):
        return Phrase("delivery.smtp", answer=str(status))
    if reason.code not in OWN and not reason.code.startswith(OWN_FAMILIES):
        return _REFUSED
    return Phrase(reason.code, **{name: _public(name, p) for name, p in reason.params.items()})


def answered_status(reason: Phrase) -> int | None:
    """Return the status of the target's answer (HTTP, SMTP); None where there was none."""
    status, answer = reason.params.get("status"), reason.params.get("answer")
    if isinstance(status, int):
        return status
    if isinstance(answer, str) and reason.code.startswith("delivery.smtp"):
        match = _STATUS.match(answer)
        return int(match.group()) if match else None
    nested = (p for p in reason.params.values() if isinstance(p, Phrase))
    return next((s for phrase in nested if (s := answered_status(phrase)) is not None), None)


def _public(name: str, param: Param) -> Param:
    if isinstance(param, Phrase):
        return public_reason(param)
    return _REFUSED if name == "why" else param  # a text, such as an answer of Apprise


def _only(reason: Phrase, name: str) -> dict[str, Param]:
    return {name: reason.params[name]} if name in reason.params else {}
