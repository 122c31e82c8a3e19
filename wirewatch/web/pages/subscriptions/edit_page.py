"""The page on which one feed is changed, paused or removed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Feed
from config.catalog.sources_edit import NewFeed, change_feed, find_feed_keys, remove_feed
from config.errors import NotFoundError, WirewatchError
from config.i18n import Translator
from config.secrets import mask
from wirewatch.web import display, forms
from wirewatch.web.actor import actor
from wirewatch.web.error_texts import error_text
from wirewatch.web.operator_files import SaveRefusal
from wirewatch.web.pages.subscriptions.candidates import KINDS, Candidate, from_found
from wirewatch.web.pages.subscriptions.sources_file import (
    Change,
    refuse_variables,
)
from wirewatch.web.pages.subscriptions.sources_page import SourcesPage

_KEYS = ("kind", "links", "every")


@dataclass(frozen=True, slots=True)
class FeedForm:
    """A form of the page.

    Attributes:
        url: The address as the file has it; empty for the one that it has, where that is hidden.
        outlet: The id of its outlet.
        options: Its other keys, as the file has them.
        base: The digest of the file when the page was shown.
        do: What the button does: ``try``, ``change``, ``save``, ``removal`` or ``remove``.
        by: Who sent it.
    """

    url: str
    outlet: str
    options: dict[str, str]
    base: str = ""
    do: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class FeedEditResult:
    """What a request came to.

    Attributes:
        entered: The form as it is now.
        hidden: The address as the file has it, masked; empty where it contains no secret.
        tried: What reading the address gave.
        change: The change of the file; None where none was asked for.
        refusal: Why the file was not written.
        error: What went wrong.
        saved: What was done, as a code of a confirmation; empty where nothing was.
    """

    entered: FeedForm
    hidden: str = ""
    tried: tuple[Candidate, ...] | None = None
    change: Change | None = None
    refusal: SaveRefusal | None = None
    error: str = ""
    saved: str = ""


def entered_in(form: forms.Form, by: str) -> FeedForm:
    """Return what a form of the page contains."""
    options = {key: form.get(key) for key in _KEYS}
    options["kind"] = "" if options["kind"] == "feed" else options["kind"]
    options["paused"] = "true" if form.get("paused") else ""
    return FeedForm(
        url=form.get("url", 2_048),
        outlet=form.get("outlet", 100),
        options={key: value for key, value in options.items() if value},
        base=form.get("base", 64),
        do=form.get("do"),
        by=by,
    )


class EditFeedPage(SourcesPage):
    """Changes a feed in ``sources.yaml``."""

    def mount(self, app: FastAPI) -> None:
        """Add the page and its form to the app."""
        self._mount(app, "/feeds/{feed_id}/edit", self.page, self.submit)

    def page(self, request: Request, feed_id: str) -> HTMLResponse:
        """Show the feed as the file has it."""
        feed, t = self._feed(feed_id), self._renderer.translator(request)
        try:
            outlet, keys = self._keys(feed)
        except WirewatchError as error:
            entered = FeedForm("", feed.outlet, {})
            return self._render(request, feed, FeedEditResult(entered, error=error_text(error, t)))
        return self._render(request, feed, _shown(keys, outlet))

    async def submit(self, request: Request, feed_id: str) -> Response:
        """Do what a button says, and show the result below the form."""
        feed = self._feed(feed_id)
        entered = entered_in(await forms.read(request), actor(request))
        outcome = await self._outcome(feed, entered, self._renderer.translator(request))
        return await self._answer(outcome.saved, lambda: self._render(request, feed, outcome))

    async def _outcome(self, feed: Feed, entered: FeedForm, t: Translator) -> FeedEditResult:
        try:
            async with self._turn.taken():
                outcome = await run_in_threadpool(self._work, feed, entered, t)
            if entered.do != "try" or outcome.error:
                return outcome
            found = await self._finder.find(self._address(feed, outcome))
            return replace(outcome, tried=tuple(from_found(each, t) for each in found))
        except WirewatchError as error:
            return FeedEditResult(entered, error=error_text(error, t))

    def _address(self, feed: Feed, outcome: FeedEditResult) -> str:
        """Return the address to try: the one in force where the form does not have another."""
        _, keys = self._keys(feed)
        url = outcome.entered.url
        return feed.url if url in ("", keys.url) else url

    def _work(self, feed: Feed, entered: FeedForm, t: Translator) -> FeedEditResult:
        _, keys = self._keys(feed)
        shown = replace(_shown(keys, feed.outlet), entered=entered)
        try:
            change = self._change(feed, keys, entered)
        except WirewatchError as error:
            return replace(shown, error=error_text(error, t))
        if change is None or entered.do not in ("save", "remove"):
            return replace(shown, change=change)
        action = "feed_removed" if entered.do == "remove" else "feed_changed"
        saved = self._file.save(
            change, entered.base, action, feed.id, entered.by, _changed_keys(keys, entered)
        )
        return replace(shown, change=change, refusal=saved.refusal, saved=saved.notice)

    def _change(self, feed: Feed, keys: NewFeed, entered: FeedForm) -> Change | None:
        if entered.do in ("removal", "remove"):
            return self._file.change(lambda text, names: remove_feed(text, feed.url, names))
        url = entered.url or keys.url
        old = {keys.url, *keys.options.values()}
        refuse_variables(*(v for v in (url, *entered.options.values()) if v not in old))
        if entered.do not in ("change", "save"):
            return None
        # A key that the file writes out although it is the default stays as it is.
        options = {**_defaults(keys), **entered.options}
        new = NewFeed(url, options)
        return self._file.change(
            lambda text, names: change_feed(text, feed.url, entered.outlet, new, names)
        )

    def _keys(self, feed: Feed) -> tuple[str, NewFeed]:
        file = self._file.open()
        return find_feed_keys(file.text, feed.url, self._file.variables)

    def _feed(self, feed_id: str) -> Feed:
        for feed in self._catalog().feeds:
            if feed.id == feed_id:
                return feed
        raise NotFoundError(f"There is no feed {feed_id[:80]!r}.")

    def _render(self, request: Request, feed: Feed, outcome: FeedEditResult) -> HTMLResponse:
        catalog = self._catalog()
        return self._renderer.render(
            request,
            "feed_edit.html",
            tab="feeds",
            feed_id=feed.id,
            name=display.outlet_name(catalog, feed.outlet),
            feed_url=display.line(mask(feed.url), 300),
            entered=outcome.entered,
            hidden=outcome.hidden,
            kind=outcome.entered.options.get("kind", "feed"),
            kinds=KINDS,
            error=outcome.error,
            tried=outcome.tried,
            change=outcome.change,
            refusal=outcome.refusal,
            is_removal=outcome.entered.do in ("removal", "remove"),
            may_save=self._file.may_save,
            base=self._digest(),
            outlets=[(outlet.id, outlet.name) for outlet in catalog.outlets],
        )


def _shown(keys: NewFeed, outlet: str) -> FeedEditResult:
    """Return the form with the keys of the file; an address with a secret is hidden."""
    masked = mask(keys.url)
    hidden = masked if masked != keys.url else ""
    return FeedEditResult(FeedForm("" if hidden else keys.url, outlet, dict(keys.options)), hidden)


def _defaults(keys: NewFeed) -> dict[str, str]:
    """Return the keys that the file writes out although they have the default."""
    defaults = {"kind": "feed", "paused": "false"}
    return {key: value for key, value in keys.options.items() if defaults.get(key) == value}


def _changed_keys(keys: NewFeed, entered: FeedForm) -> str:
    """Return the names of the keys that a change touches."""
    if entered.do == "remove":
        return ""
    before = {**keys.options, "url": keys.url}
    after = {**_defaults(keys), **entered.options, "url": entered.url or keys.url}
    names = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return ", ".join(names)
