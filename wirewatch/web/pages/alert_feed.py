"""The feeds of alerts, for feed readers: Atom and JSON Feed under an address with its own token.

::

    GET /alert-feeds/<token>/atom.xml ──hash──▶ receiver ──▶ its entries ──▶ 200, 304 or 404

The token opens this feed and nothing else, and nothing else opens it: neither a session nor the
console's own token. It is in no log (:mod:`config.secrets`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from alerts.receivers.feed import ATOM, ENTRIES, FOLDER, JSON, KIND, feed_title, option_values
from alerts.rendering.alert_feed import AlertFeed, AlertFeedEntry, atom, feed_entry, json_feed
from config.catalog.models import ReceiverDefinition
from core.ids import hash_parts
from core.store.feed_addresses import EntryFilter, FeedAddress, find_address, list_entries
from wirewatch.web.conditional import etag_of, is_known, last_modified
from wirewatch.web.render import READ_METHODS, PageRenderer

DOCUMENTS: dict[str, tuple[str, Callable[[AlertFeed], bytes]]] = {
    ATOM: ("application/atom+xml", atom),
    JSON: ("application/feed+json", json_feed),
}
"""Media type and renderer of each document."""

LABELS = ("topic", "severity", "kind")
"""What a reader may filter by, as parameters of the address; each may be given several times."""

NOT_THERE = "There is no feed at this address. It may have been renewed or revoked."


class AlertFeedEndpoint:
    """Answers the requests of feed readers."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the documents to the app."""
        path = f"{FOLDER}/{{token}}/{{document}}"
        app.add_api_route(path, self.answer, methods=READ_METHODS)

    def answer(self, request: Request, token: str, document: str) -> Response:
        """Return the document, 304 if the reader has it, 404 where the token opens nothing."""
        parameters = request.query_params
        if document not in DOCUMENTS:
            return PlainTextResponse(NOT_THERE, 404)
        if unknown := sorted(parameters.keys() - set(LABELS)):
            text = f"Unknown: {', '.join(unknown)[:200]}. Filters are {', '.join(LABELS)}."
            return PlainTextResponse(text, 400)
        wanted = EntryFilter(*(frozenset(parameters.getlist(label)) for label in LABELS))
        feed = self._load(token, wanted)
        if feed is None:
            return PlainTextResponse(NOT_THERE, 404)
        return self._respond(request, feed, document)

    def _respond(self, request: Request, feed: AlertFeed, document: str) -> Response:
        media_type, render = DOCUMENTS[document]
        body = render(feed)
        etag = etag_of(body)
        modified = last_modified(feed.updated, self._renderer.clock)
        headers = {"ETag": etag, "Last-Modified": modified}
        if is_known(request.headers, etag, feed.updated):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    def _load(self, token: str, wanted: EntryFilter) -> AlertFeed | None:
        """Return the feed that a token opens, or None."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        with self._renderer.store.read() as connection:
            address = find_address(connection, token_hash=digest)
            definition = self._receiver(address)
            if address is None or definition is None:
                return None
            limit = option_values(definition)[ENTRIES]
            names = [name for name in (definition.id, definition.was) if name]
            rows = list_entries(connection, names, wanted, limit=limit)
        t = option_values(definition).translator
        entries = [
            feed_entry(
                row.body, definition.id, t, published=row.created_at, updated=row.delivered_at
            )
            for row in rows
        ]
        return self._feed(definition, entries, address.created_at)

    def _feed(
        self, definition: ReceiverDefinition, entries: list[AlertFeedEntry], created_at: datetime
    ) -> AlertFeed:
        return AlertFeed(
            id=f"urn:wirewatch:feed:{hash_parts('feed', self._renderer.store.id, definition.id)}",
            title=feed_title(definition),
            language=option_values(definition).translator.code,
            home=self._renderer.runtime.catalog().alerts.console_url,
            updated=max((entry.updated for entry in entries), default=created_at),
            entries=entries,
        )

    def _receiver(self, address: FeedAddress | None) -> ReceiverDefinition | None:
        """Return the receiver of an address, which may have been renamed since."""
        if address is None:
            return None
        receivers = [r for r in self._renderer.runtime.catalog().alerts.receivers if r.kind == KIND]
        by_id = next((r for r in receivers if r.id == address.receiver), None)
        return by_id or next((r for r in receivers if r.was == address.receiver), None)
