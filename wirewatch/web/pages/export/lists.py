"""The list of stories as a file, with the filter of the page in its address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from config.catalog.models import Catalog
from config.i18n import Translator
from core.store.console.story_export import ExportedStory, iterate_exported
from wirewatch.web import display
from wirewatch.web.pages.export import csv_table, markdown_table
from wirewatch.web.pages.story_filter import StoryQuery, active_filters
from wirewatch.web.render import READ_METHODS, PageRenderer

MAX_STORIES = 10_000
"""Stories of one file at most, the newest: a table of about five megabytes."""


class ListExport:
    """The files ``/stories.csv`` and ``/stories.markdown``."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the files to the app."""
        for path, answer in (("/stories.csv", self.csv), ("/stories.markdown", self.markdown)):
            app.add_api_route(path, answer, methods=READ_METHODS, response_class=StreamingResponse)

    def csv(self, request: Request) -> StreamingResponse:
        """Return the stories of the filter as CSV."""
        zone = self._renderer.translator(request).zone
        pages = self._pages(StoryQuery.read(request.query_params), zone)
        pieces = csv_table.write_csv(pages, self._renderer.runtime.catalog())
        return self._download(pieces, "csv", csv_table.MEDIA_TYPE)

    def markdown(self, request: Request) -> StreamingResponse:
        """Return the stories of the filter as Markdown, in the reader's language."""
        query, catalog = StoryQuery.read(request.query_params), self._renderer.runtime.catalog()
        t = self._renderer.translator(request)
        pieces = markdown_table.write_markdown(
            self._pages(query, t.zone),
            catalog,
            t,
            facts=list_facts(query, catalog, t),
            made_at=self._renderer.clock(),
            most=MAX_STORIES,
        )
        answer = self._download(pieces, "md", markdown_table.MEDIA_TYPE)
        answer.headers["Vary"] = "Accept-Language"
        return answer

    def _pages(self, query: StoryQuery, zone: tzinfo) -> Iterator[list[ExportedStory]]:
        """Return the pages of the list; the first is read now, so that its error is an answer."""
        story_filter = query.story_filter(self._renderer.clock(), zone)
        pages = iterate_exported(self._renderer.store, story_filter, most=MAX_STORIES)
        first = next(pages, None)
        return _chained(first, pages)

    def _download(self, pieces: Iterator[bytes], ending: str, kind: str) -> StreamingResponse:
        name = f"wirewatch-stories-{self._renderer.clock():%Y-%m-%d}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(pieces, media_type=kind, headers=headers)


def list_facts(query: StoryQuery, catalog: Catalog, t: Translator) -> list[str]:
    """Return what a list is of: its period, and each part of its filter."""
    topic = query.get("topic")
    titles = {topic: display.topic_title(catalog, topic)} if topic else {}
    parts = [part["text"] for part in active_filters(query, titles, t)]
    period = [t(f"filter.preset.{query.get('last')}")] if query.get("last") else []
    return [*period, *parts]


def _chained(
    first: list[ExportedStory] | None, rest: Iterator[list[ExportedStory]]
) -> Iterator[list[ExportedStory]]:
    if first is not None:
        yield first
        yield from rest
