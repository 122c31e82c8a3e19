"""What access control answers itself: refusals in the reader's language, and the first page.

A browser that opens a page gets a small page; scripts get plain text. For programs that use the
API, refusals are problem documents (RFC 9457) in English.
"""

from __future__ import annotations

import json
from enum import StrEnum
from html import escape

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Scope

from config.i18n import Phrase, Translator, in_english
from wirewatch.web.addresses import own_address
from wirewatch.web.auth.request import AccessRequest
from wirewatch.web.language import preferred_translator

API = "/api/"

HEADINGS = (401, 403, 429, 503)
"""Statuses whose page has a heading of its own."""


class Refusal(StrEnum):
    """Why access control refuses a request: a code of the catalogues under ``refusal``."""

    BAD_ADDRESS = "bad_address"
    TOO_LARGE = "too_large"
    STORE_AWAY = "store_away"
    FOREIGN_FORM = "foreign_form"
    WRONG_PROXY = "wrong_proxy"
    WRONG_TOKEN = "wrong_token"  # noqa: S105  # it is no token
    TOO_MANY_SIGN_INS = "too_many_sign_ins"
    NOT_SIGNED_IN = "not_signed_in"
    NO_ROLE = "no_role"
    TOO_MANY_FAILURES = "too_many_failures"


def refuse(scope: Scope, status: int, refusal: Refusal, **values: int) -> Response:
    """Return a refusal.

    Args:
        scope: The request.
        status: The status of the answer.
        refusal: Why.
        values: What the text of the refusal contains.
    """
    reason = Phrase(f"refusal.{refusal}", **values)
    if scope["path"].startswith(API):
        return _problem(status, in_english(reason))
    t = _reader(scope)
    headers = {"Content-Language": t.code, "Vary": "Accept, Accept-Language"}
    if "text/html" in Headers(scope=scope).get("accept", ""):
        return HTMLResponse(_page(scope, status, t.phrase(reason), t), status, headers)
    return PlainTextResponse(t.phrase(reason), status, headers)


def refuse_failures(scope: Scope, seconds: int) -> Response:
    """Return the answer to an address that has failed to sign in too often.

    Args:
        scope: The request.
        seconds: When it may try again.
    """
    answer = refuse(scope, 429, Refusal.TOO_MANY_FAILURES, n=seconds)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def reload_page(request: AccessRequest) -> Response:
    """Make the browser load the page again from here, this time with the session cookie."""
    t, prefix = _reader(request.scope), request.scope.get("state", {}).get("prefix", "")
    address = escape(prefix + own_address(request.path_and_query), quote=True)
    return HTMLResponse(
        f'<!doctype html><html lang="{t.code}"><title>Wirewatch</title>'
        f'<meta http-equiv="refresh" content="0; url={address}">'
        f'<p><a href="{address}">{escape(t("refusal.continue"))}</a></p>'
    )


def _problem(status: int, text: str) -> Response:
    problem = {"type": "about:blank", "title": text, "status": status}
    answer = Response(json.dumps(problem), status, media_type="application/problem+json")
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _reader(scope: Scope) -> Translator:
    return preferred_translator(Headers(scope=scope).get("accept-language", ""))


def _page(scope: Scope, status: int, text: str, t: Translator) -> str:
    """Return a page that needs neither the store nor a session."""
    heading = escape(t(f"error.{status if status in HEADINGS else 400}"))
    root = escape(scope.get("state", {}).get("prefix", ""), quote=True)
    return (
        f'<!doctype html>\n<html lang="{t.code}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{heading} · Wirewatch</title>\n'
        f'<link rel="stylesheet" href="{root}/static/console.css">\n</head>\n<body>\n'
        f'<main id="content">\n<h1>{heading}</h1>\n<p>{escape(text)}</p>\n'
        f'<p><a href="{root}/">{escape(t("general.all_stories"))}</a></p>\n</main>\n</body>\n'
        "</html>\n"
    )
