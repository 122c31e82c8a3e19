"""What a worker does with a page."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from config.errors import ExtractionError
from core.processes.workers.codec import dump, unframe
from ingest.extract.article import extract_page
from ingest.extract.models import ExtractedPage, PageHints
from ingest.extract.pool import MAX_ANSWER

_WARM_UP_PAGE = (
    b"<html lang=de><head><title>Probe</title></head><body><article><h1>Probe</h1>"
    + b"<p>Ein Absatz, an dem alles geladen wird, was ein Artikel braucht, bevor er kommt.</p>" * 4
    + b"</article></body></html>"
)


def handle(task: bytes) -> bytes:
    """Return the article of a page, or the outcome and reason of an error."""
    head, body = unframe(task)
    try:
        page = extract_page(body, **head | {"hints": PageHints(**head["hints"])})
    except ExtractionError as error:
        return dump({"error": [error.outcome, error.reason]})
    answer = dump(_as_json(page))
    if len(answer) <= MAX_ANSWER:
        return answer
    # Zones are kept for people; the article does not need them.
    return dump(_as_json(replace(page, zones=())))


def _as_json(page: ExtractedPage) -> dict[str, Any]:
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    return values | {"zones": [zone.model_dump() for zone in page.zones]}


def warm_up() -> None:
    """Load everything that pages need before the first one arrives."""
    extract_page(_WARM_UP_PAGE, url="https://www.example.com/warm-up", now=datetime.now(UTC))
