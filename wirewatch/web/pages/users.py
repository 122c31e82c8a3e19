"""The page of accounts for operators: who has which role, and who did what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from config.i18n import Translator
from core.store.accounts import list_accounts
from core.store.audit import AuditEntry, list_entries
from wirewatch.web import display
from wirewatch.web.forms import with_query
from wirewatch.web.render import READ_METHODS, PageRenderer

PAGE_SIZE = 100

STORY_ACTIONS = frozenset(
    ("acked", "closed", "reopened", "relevant", "irrelevant", "assigned", "snoozed", "split",
     "merged", "undone", "noted")
)  # fmt: skip
"""Actions whose subject is an alert."""


class UsersPage:
    """Lists accounts and the audit log."""

    def __init__(self, renderer: PageRenderer) -> None:
        self._renderer = renderer

    def mount(self, app: FastAPI) -> None:
        """Add the page to the app."""
        app.add_api_route("/users", self.page, methods=READ_METHODS, response_class=HTMLResponse)

    def page(
        self,
        request: Request,
        by: Annotated[str, Query(max_length=80)] = "",
        before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    ) -> HTMLResponse:
        """Show the accounts and one page of the log.

        Args:
            request: The request.
            by: Only what this person did; empty: everything.
            before: Number of the entry above which the page ends.
        """
        renderer = self._renderer
        t = renderer.translator(request)
        with renderer.store.read() as connection:
            accounts = list_accounts(connection)
            entries = list_entries(connection, by=by, before=before, limit=PAGE_SIZE)
        has_more = len(entries) == PAGE_SIZE
        last = str(entries[-1].number) if entries else ""
        older = with_query("/users", [("by", by), ("before", last)])
        return renderer.render(
            request,
            "users.html",
            tab="users",
            accounts=accounts,
            entries=[entry_row(entry, t) for entry in entries],
            by=by,
            older=older if has_more else "",
            is_later_page=before is not None,
        )


def entry_row(entry: AuditEntry, t: Translator) -> dict[str, Any]:
    """Return an entry as the table shows it."""
    groups = {"irrelevant": "story.irrelevant", "account_added": "role", "role_changed": "role"}
    group = groups.get(entry.action)
    detail = t.of(group, entry.detail) if group and entry.detail else ""
    return {
        "at": entry.at,
        "author": display.line(entry.author, display.LONGEST_NAME),
        "action": t.of("audit", entry.action),
        "subject": display.line(entry.subject),
        "story": entry.subject if entry.action in STORY_ACTIONS else "",
        "detail": detail or display.line(entry.detail),
    }
