"""Which role each route of the console needs: one table for the pages, one for the API.

A route that is in no table needs an operator, so that one that was forgotten is closed.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.exceptions import HTTPException

from core.store.accounts import AccountRole
from wirewatch.web.auth.principal import Principal

READER, ANALYST, OPERATOR = AccountRole.READER, AccountRole.ANALYST, AccountRole.OPERATOR

Permissions = Mapping[str, AccountRole | None]
"""Method and path, as the route declares it, to the lowest role; None needs no sign-in. Methods
that only read are written as GET."""

PAGES: Permissions = {
    "GET /login": None,
    "GET /healthz": None,
    "GET /alert-feeds/{token}/{document}": None,
    "GET /alert-feeds/{token}/stories/{document}": None,
    "GET /websub/{token}": None,
    "POST /websub/{token}": None,
    "GET /": READER,
    "GET /newer": READER,
    "GET /stories.csv": READER,
    "GET /stories.markdown": READER,
    "GET /wall": READER,
    "GET /events": READER,
    "GET /status": READER,
    "GET /alerts/{alert_id}": READER,
    "GET /alerts/{alert_id}/tests.yaml": READER,
    "GET /alerts/{alert_id}/briefing": READER,
    "GET /search": READER,
    "GET /topics": READER,
    "GET /topics/{topic_id}": READER,
    "GET /feeds": READER,
    "GET /articles/review": READER,
    "GET /articles/review/{article_id}": READER,
    "GET /deliveries": READER,
    "GET /missed": READER,
    "GET /metrics": READER,
    "GET /handover": READER,
    "GET /users": OPERATOR,
    "POST /name": READER,
    "POST /act": ANALYST,
    "POST /undo": ANALYST,
    "POST /views": ANALYST,
    "POST /views/delete": ANALYST,
    "POST /split": ANALYST,
    "POST /merge": ANALYST,
    "POST /note": ANALYST,
    "POST /missed": ANALYST,
    "POST /topics/{topic_id}": ANALYST,
    "POST /feeds/poll": OPERATOR,
    "GET /feeds/add": OPERATOR,
    "POST /feeds/add": OPERATOR,
    "GET /feeds/{feed_id}/edit": OPERATOR,
    "POST /feeds/{feed_id}/edit": OPERATOR,
    "POST /deliveries/resend": OPERATOR,
    "POST /deliveries/resend-all": OPERATOR,
    "GET /workbench": OPERATOR,
    "POST /workbench": OPERATOR,
    "GET /workbench/names": OPERATOR,
    "GET /topics/{topic_id}/edit": OPERATOR,
    "POST /topics/{topic_id}/edit": OPERATOR,
}

API: Permissions = {
    "GET /openapi.json": READER,
    "GET /stories": READER,
    "GET /stories/newer": READER,
    "GET /stories/facets": READER,
    "GET /stories/{alert_id}": READER,
    "GET /topics": READER,
    "GET /topics/{topic_id}": READER,
    "GET /feeds": READER,
    "GET /deliveries": READER,
    "GET /held": READER,
    "GET /targets/broken": READER,
    "POST /actions/ack": ANALYST,
    "POST /actions/close": ANALYST,
    "POST /actions/reopen": ANALYST,
    "POST /actions/judge": ANALYST,
    "POST /actions/assign": ANALYST,
    "POST /actions/snooze": ANALYST,
    "POST /actions/split": ANALYST,
    "POST /actions/merge": ANALYST,
    "POST /actions/note": ANALYST,
    "POST /actions/{action_id}/undo": ANALYST,
    "POST /topics/{topic_id}/explain": ANALYST,
    "POST /deliveries/{delivery_id}/resend": OPERATOR,
    "POST /feeds/{feed_id}/poll": OPERATOR,
}


class RoleError(HTTPException):
    """The principal of a request may not do what it asks for.

    Attributes:
        role: The lowest role that may.
    """

    def __init__(self, role: AccountRole) -> None:
        super().__init__(403, f"This needs the role {role}")
        self.role = role


class RoleCheck:
    """A dependency of every route of an app: refuses principals whose role is too low.

    Args:
        permissions: The table of the app's routes.
    """

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions

    async def __call__(self, request: Request) -> None:
        """Check a request.

        Raises:
            RoleError: Its principal may not do this, or access control has not set one.
        """
        method = "GET" if request.method in ("GET", "HEAD") else request.method
        role = self._permissions.get(f"{method} {request.scope['route'].path}", OPERATOR)
        principal: Principal | None = getattr(request.state, "principal", None)
        if role is not None and (principal is None or principal.role < role):
            raise RoleError(role)
