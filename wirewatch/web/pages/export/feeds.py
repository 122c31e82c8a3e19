"""The list of stories for feed readers, under an address with a token of its own.

::

    GET /alert-feeds/<token>/stories/atom.xml?topic=… ──hash──▶ reader ──▶ 200, 304, 400 or 404

The token opens the list with every filter, and nothing else. Nothing but such a token opens it:
neither a session, nor the console's own token, nor the token of a feed of alerts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from alerts.receivers.feed import ATOM, FOLDER, JSON
from config.i18n import LANGUAGES, Translator, translator
from core.ids import hash_parts
from core.store import Connection
from core.store.console import story_list
from core.store.feed_addresses import LIST_READER, FeedAddress, find_address
from wirewatch.web.conditional import etag_of, is_known, last_modified
from wirewatch.web.pages.export.lists import list_facts
from wirewatch.web.pages.export.story_feed import StoryFeed, atom, json_feed, story_entry
from wirewatch.web.pages.story_filter import DEFAULT_STATE, FIELDS, StoryQuery
from wirewatch.web.render import READ_METHODS, PageRenderer

DOCUMENTS: dict[str, tuple[str, Callable[[StoryFeed], bytes]]] = {
    ATOM: ("application/atom+xml", atom),
    JSON: ("application/feed+json", json_feed),
}
"""Media type and renderer of each document."""

LIST = "stories"
"""Folder of the documents, below the token."""

ENTRIES = 100
"""Entries of a document."""

LANGUAGE = "in"
"""Parameter that chooses the language of the feed; ``language`` is that of the articles."""

NOT_THERE = "There is no list at this address. It may have been renewed or revoked."


class ListFeeds:
    """Answers the requests of feed readers for the list of stories."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the documents to the app."""
        path = f"{FOLDER}/{{token}}/{LIST}/{{document}}"
        app.add_api_route(path, self.answer, methods=READ_METHODS)

    def answer(self, request: Request, token: str, document: str) -> Response:
        """Return the document, 304 if the reader has it, 404 where the token opens nothing."""
        if document not in DOCUMENTS:
            return PlainTextResponse(NOT_THERE, 404)
        if fault := find_fault(request.query_params):
            return PlainTextResponse(fault, 400)
        query, t = StoryQuery.read(request.query_params), self._translator(request)
        digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        with self._renderer.store.read() as connection:
            address = find_address(connection, token_hash=digest)
            if address is None or not address.receiver.startswith(LIST_READER):
                return PlainTextResponse(NOT_THERE, 404)
            feed = self._load(connection, address, query, t)
            changed = story_list.last_change(connection) or address.created_at
        return self._respond(request, feed, document, max(changed, address.created_at))

    def _respond(
        self, request: Request, feed: StoryFeed, document: str, changed: datetime
    ) -> Response:
        """Return the document or 304.

        Args:
            request: The reader's request.
            feed: What the reader gets.
            document: Which of :data:`DOCUMENTS`.
            changed: When any story last changed: entries also change without a new development.
        """
        media_type, render = DOCUMENTS[document]
        body = render(feed)
        etag = etag_of(body)
        modified = last_modified(changed, self._renderer.clock)
        headers = {"ETag": etag, "Last-Modified": modified, "Vary": "Accept-Language"}
        if is_known(request.headers, etag, changed):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    def _load(
        self, connection: Connection, address: FeedAddress, query: StoryQuery, t: Translator
    ) -> StoryFeed:
        catalog = self._renderer.runtime.catalog()
        story_filter = query.story_filter(self._renderer.clock(), t.zone)
        cards = story_list.list_stories(connection, story_filter, limit=ENTRIES)
        return StoryFeed(
            id=f"urn:wirewatch:list:{hash_parts('list', self._renderer.store.id, query.address())}",
            title=" · ".join([f"Wirewatch: {t('nav.stories')}", *list_facts(query, catalog, t)]),
            language=t.code,
            home=f"{catalog.alerts.console_url.rstrip('/')}{query.address()}",
            updated=max((card.at for card in cards), default=address.created_at),
            entries=[story_entry(card, catalog, t) for card in cards],
        )

    def _translator(self, request: Request) -> Translator:
        by_headers = self._renderer.translator(request)
        chosen = request.query_params.get(LANGUAGE, "")
        return translator(chosen, by_headers.zone) if chosen in LANGUAGES else by_headers


def find_fault(parameters: Mapping[str, str]) -> str:
    """Return what is wrong with the parameters of an address; empty where nothing is.

    A page shows which filters it understood. A feed cannot, so it refuses the others.
    """
    if unknown := sorted(parameters.keys() - {*FIELDS, LANGUAGE}):
        known = ", ".join((*FIELDS, LANGUAGE))
        return f"Unknown: {', '.join(unknown)[:200]}. Filters are {known}."
    query = StoryQuery.read(parameters)
    wrong = [
        name
        for name in FIELDS
        if parameters.get(name) and not query.get(name) and parameters[name] != DEFAULT_STATE
    ]
    if parameters.get(LANGUAGE, "en") not in LANGUAGES:
        wrong.append(LANGUAGE)
    return f"Not a valid value: {', '.join(wrong)}." if wrong else ""
