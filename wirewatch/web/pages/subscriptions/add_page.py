"""The page on which feeds are found, or listed from OPML, and added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from config.catalog.models import Tier
from config.catalog.sources_edit import NewFeed, NewOutlet, add_feeds
from config.errors import UsageError, WirewatchError
from config.i18n import Phrase, Translator
from ingest.opml import read_opml
from wirewatch.web import forms
from wirewatch.web.actor import actor
from wirewatch.web.error_texts import error_text
from wirewatch.web.operator_files import SaveRefusal
from wirewatch.web.pages.subscriptions.candidates import (
    MOST_CHOICES,
    Candidate,
    from_found,
    from_listing,
    load_candidate,
    mark_known,
    suggest_outlet,
)
from wirewatch.web.pages.subscriptions.sources_file import (
    Change,
    refuse_variables,
)
from wirewatch.web.pages.subscriptions.sources_page import SourcesPage

MAX_OPML = 400_000
"""Characters of a list that the form takes; `feeds import` reads longer ones."""
MOST_FOUND = 40
"""Feeds of sites that one form carries."""

OUTLET_KEYS = ("name", "country", "language", "tier")


@dataclass(frozen=True, slots=True)
class AdditionForm:
    """A form of the page.

    Attributes:
        address: A site, a page of it, or a feed.
        opml: An OPML document.
        outlet: The outlet of feeds that were found.
        every: The interval of feeds that were found; empty: as the tier says.
        found: Feeds that were found before.
        chosen: Addresses of the feeds that are to be added.
        base: The digest of the file when the page was shown.
        do: What the button does: ``find``, ``list``, ``change`` or ``save``.
        by: Who sent it.
    """

    address: str = ""
    opml: str = ""
    outlet: NewOutlet = field(default_factory=lambda: NewOutlet("", {}))
    every: str = ""
    found: tuple[Candidate, ...] = ()
    chosen: frozenset[str] = frozenset()
    base: str = ""
    do: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class AdditionResult:
    """What a request came to.

    Attributes:
        entered: The form as it is now.
        candidates: Feeds that may be added, and those that are known.
        change: The change of the file; None where none was asked for.
        refusal: Why the file was not written.
        error: What went wrong.
        saved: What was done, as a code of a confirmation; empty where nothing was.
    """

    entered: AdditionForm
    candidates: tuple[Candidate, ...] = ()
    change: Change | None = None
    refusal: SaveRefusal | None = None
    error: str = ""
    saved: str = ""

    @property
    def pairs(self) -> list[tuple[NewOutlet, NewFeed]]:
        """The chosen feeds with their outlets."""
        usable = [each for each in self.candidates if each.is_usable]
        chooses = len(usable) <= MOST_CHOICES
        wanted = [each for each in usable if not chooses or each.url in self.entered.chosen]
        return [self._pair(each) for each in wanted]

    def _pair(self, candidate: Candidate) -> tuple[NewOutlet, NewFeed]:
        if not candidate.outlet:
            return self.entered.outlet, candidate.feed(self.entered.every)
        keys = {"name": candidate.name, "language": candidate.language}
        outlet = NewOutlet(candidate.outlet, {key: value for key, value in keys.items() if value})
        return outlet, candidate.feed()


def entered_in(form: forms.Form, by: str) -> AdditionForm:
    """Return what a form of the page contains."""
    found = [load_candidate(text[:20_000]) for text in form.all("found")[:MOST_FOUND]]
    keys = {key: form.get(key, 100) for key in OUTLET_KEYS}
    opml = form.all("opml")
    return AdditionForm(
        address=form.get("address", 2_048),
        opml=opml[0].strip() if opml else "",
        outlet=NewOutlet(form.get("outlet", 100), {k: v for k, v in keys.items() if v}),
        every=form.get("every", 20),
        found=tuple(each for each in found if each is not None),
        chosen=frozenset(form.all("feed")),
        base=form.get("base", 64),
        do=form.get("do"),
        by=by,
    )


class AddFeedsPage(SourcesPage):
    """Finds feeds and adds them to ``sources.yaml``."""

    def mount(self, app: FastAPI) -> None:
        """Add the page and its form to the app."""
        self._mount(app, "/feeds/add", self.page, self.submit)

    def page(self, request: Request) -> HTMLResponse:
        """Show the empty form."""
        return self._render(request, AdditionResult(AdditionForm()))

    async def submit(self, request: Request) -> Response:
        """Do what a button says, and show the result below the form."""
        entered = entered_in(await forms.read(request), actor(request))
        t = self._renderer.translator(request)
        outcome = await self._outcome(entered, t)
        return await self._answer(outcome.saved, lambda: self._render(request, outcome))

    async def _outcome(self, entered: AdditionForm, t: Translator) -> AdditionResult:
        try:
            if entered.do == "find":
                return await self._found(entered, t)
            async with self._turn.taken():
                return await run_in_threadpool(self._work, entered, t)
        except WirewatchError as error:
            return AdditionResult(entered, self._known(entered.found), error=error_text(error, t))

    async def _found(self, entered: AdditionForm, t: Translator) -> AdditionResult:
        if not entered.address:
            text = t("subscriptions.no_address")
            return AdditionResult(entered, self._known(entered.found), error=text)
        found = await self._finder.find(entered.address)
        candidates = self._known(from_found(each, t) for each in found)
        if not candidates:
            return AdditionResult(replace(entered, found=()))
        entered = replace(
            entered,
            opml="",
            outlet=suggest_outlet(candidates, self._catalog()),
            found=candidates[:MOST_FOUND],
            chosen=frozenset(each.url for each in candidates if each.is_usable),
        )
        return AdditionResult(entered, entered.found)

    def _work(self, entered: AdditionForm, t: Translator) -> AdditionResult:
        candidates = list(entered.found)
        if entered.opml:
            candidates += self._listed(entered.opml)
        known = self._known(candidates)
        if entered.do == "list":
            chosen = frozenset(each.url for each in known if each.is_usable)
            entered = replace(entered, chosen=chosen)
        outcome = AdditionResult(entered, known)
        if entered.do == "list" and not entered.opml:
            return replace(outcome, error=t("subscriptions.no_opml"))
        if entered.do not in ("change", "save"):
            return outcome
        return self._changed(outcome, t)

    def _listed(self, document: str) -> list[Candidate]:
        if len(document) > MAX_OPML:
            raise UsageError(Phrase("sources.long_list", n=MAX_OPML))
        return [from_listing(each) for each in read_opml(document.encode(), "OPML")]

    def _changed(self, outcome: AdditionResult, t: Translator) -> AdditionResult:
        entered, pairs = outcome.entered, outcome.pairs
        if not pairs:
            return replace(outcome, error=t("subscriptions.none_chosen"))
        try:
            refuse_variables(entered.outlet.id, *entered.outlet.keys.values(), entered.every)
            refuse_variables(*(value for _, feed in pairs for value in feed.options.values()))
            refuse_variables(*(feed.url for _, feed in pairs))
            change = self._file.change(lambda text, names: add_feeds(text, pairs, names))
        except WirewatchError as error:
            return replace(outcome, error=error_text(error, t))
        if entered.do == "change":
            return replace(outcome, change=change)
        outlets = ", ".join(dict.fromkeys(outlet.id for outlet, _ in pairs))
        saved = self._file.save(
            change, entered.base, "feeds_added", outlets, entered.by, str(len(pairs))
        )
        return replace(outcome, change=change, refusal=saved.refusal, saved=saved.notice)

    def _render(self, request: Request, outcome: AdditionResult) -> HTMLResponse:
        renderer, entered = self._renderer, outcome.entered
        t = renderer.translator(request)
        usable = [each for each in outcome.candidates if each.is_usable]
        return renderer.render(
            request,
            "feeds_add.html",
            tab="feeds",
            entered=entered,
            error=outcome.error,
            usable=usable,
            chooses=len(usable) <= MOST_CHOICES,
            failed=[each for each in outcome.candidates if each.trial and each.trial.problem],
            known=[each for each in outcome.candidates if each.is_known],
            has_looked=entered.do in ("find", "list"),
            change=outcome.change,
            refusal=outcome.refusal,
            may_save=self._file.may_save,
            base=self._digest(),
            outlets=self._outlets(),
            tiers=[tier.value for tier in Tier],
            limit=t.number(MAX_OPML),
        )

    def _outlets(self) -> Sequence[tuple[str, str]]:
        return [(outlet.id, outlet.name) for outlet in self._catalog().outlets]

    def _known(self, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
        return mark_known(candidates, self._catalog())
