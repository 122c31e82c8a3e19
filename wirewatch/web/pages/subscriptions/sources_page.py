"""What the pages that change ``sources.yaml`` have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Catalog
from config.errors import UsageError
from wirewatch.web.flash import redirect
from wirewatch.web.pages.subscriptions.finder import FeedFinder
from wirewatch.web.pages.subscriptions.sources_file import SourcesFile
from wirewatch.web.render import READ_METHODS, PageRenderer
from wirewatch.web.turn import Turn


class SourcesPage:
    """A page with one form, whose buttons try, show and save a change of ``sources.yaml``.

    Args:
        renderer: Has the files in force, the settings, the store and the present.
    """

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer
        self._file = SourcesFile(renderer)
        self._finder = FeedFinder(renderer)
        self._turn = Turn("subscriptions")

    def _mount(
        self,
        app: FastAPI,
        path: str,
        page: Callable[..., HTMLResponse],
        submit: Callable[..., Awaitable[Response]],
    ) -> None:
        app.add_api_route(path, page, methods=READ_METHODS, response_class=HTMLResponse)
        app.add_api_route(path, submit, methods=["POST"], response_class=HTMLResponse)

    async def _answer(self, saved: str, render: Callable[[], HTMLResponse]) -> Response:
        """Go to the list of feeds after a save; else show the result below the form.

        Args:
            saved: What was done, as a code of a confirmation; empty where nothing was.
            render: Makes the page.
        """
        if saved:
            return redirect("/feeds", saved, self._renderer.clock())
        return await run_in_threadpool(render)

    def _digest(self) -> str:
        try:
            return self._file.open().digest
        except UsageError:
            return ""

    def _catalog(self) -> Catalog:
        return self._renderer.runtime.catalog()
