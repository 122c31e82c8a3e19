"""Access control: who may use the console, and which forms are accepted.

::

    request ──▶ a feed of alerts, a hub's callback? ─ yes ────────▶ its own token decides
                    │no
                    ▼
                Bearer token? ─ right ────────────────────────────▶ the console
                    │no            └ wrong ─▶ 401, after five 429
                    ▼
                session cookie ─ missing, forged or expired ─▶ a new session, not signed in
                    ▼
                accounts or a token, session not signed in ─▶ /login (pages), 401 (API)
                    ▼
                POST …: from the same origin, with its form token? ─ no ─▶ 403
                    ▼
                the console; ``request.state.csrf``, ``.signed_in``, ``.principal``

Where the settings name a header for that, a trusted proxy says who it is
(:mod:`wirewatch.web.auth.proxy_identity`), and no session needs to be signed in.

Once there is an account, people sign in with its name and password, and the access token is for
programs. What a principal may do is decided per route (:mod:`wirewatch.web.auth.permissions`). The
account of a session is read from the store with each request: an account that was removed, or whose
password was changed, has no session any more.

The session cookie has ``SameSite=Strict``: the browser sends it with no request of another site.
"""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.errors import BusyError, StoreError
from core.clock import Clock
from core.store.accounts import Account, account_id
from wirewatch.web.addresses import own_address
from wirewatch.web.auth.principal import (
    NAMELESS_OPERATOR,
    AccountDirectory,
    Principal,
    Recognition,
    SignIn,
)
from wirewatch.web.auth.proxy_identity import ProxyIdentity
from wirewatch.web.auth.rate_limit import FailureRate
from wirewatch.web.auth.refusals import API, Refusal, refuse, refuse_failures, reload_page
from wirewatch.web.auth.request import SAFE_METHODS, AccessRequest
from wirewatch.web.auth.sessions import SESSION_TIME, Session, Sessions
from wirewatch.web.peers import Networks

PUBLIC_PATHS = ("/login", "/healthz")
"""Paths that need no session: the sign-in page and the health check."""

PUBLIC_FOLDERS = ("/static/",)

ANONYMOUS = ("/static/", "/healthz")
"""Paths for which it is not looked up who asks."""

ALERT_FEEDS = "/alert-feeds/"
"""Feeds of alerts. Only the token in their address counts, no session and no access token."""

CALLBACKS = "/websub/"
"""Callbacks of hubs. Only the token in their address and their signature count."""

MAX_ENTERED = 200
"""Characters of a name that are looked at: cleaning a form's megabyte would keep the loop."""


class AccessControl:
    """Middleware that lets only authorised requests through.

    Args:
        app: The console.
        clock: The present.
        directory: The accounts.
        token: Access token; empty if the console needs none, because it listens on loopback.
        proxy_identity: Reads whom a trusted proxy has signed in.
        proxies: Proxies whose ``X-Forwarded-Proto`` and ``X-Forwarded-For`` are trusted.
    """

    def __init__(
        self,
        app: ASGIApp,
        clock: Clock,
        directory: AccountDirectory,
        *,
        token: str = "",
        proxies: Networks = (),
        proxy_identity: ProxyIdentity,
    ) -> None:
        self._app = app
        self._directory = directory
        self._sign_in = SignIn(directory)
        self._had_no_accounts = False
        self._token = hashlib.sha256(token.encode()).digest() if token else None
        self._proxies = proxies
        self._proxy_identity = proxy_identity
        self._sessions = Sessions(clock)
        self._failures = FailureRate(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request and pass it on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not scope.get("query_string", b"").isascii():
            await refuse(scope, 400, Refusal.BAD_ADDRESS)(scope, receive, send)
            return
        request = await AccessRequest.read(scope, receive, proxies=self._proxies)
        if request is None:
            await refuse(scope, 413, Refusal.TOO_LARGE)(scope, receive, send)
        elif request.path.startswith((ALERT_FEEDS, CALLBACKS)):
            await self._app(scope, request.receive, send)
        elif request.bearer is not None and self._token:
            await self._with_bearer(request, send)
        else:
            await self._with_session(request, send)

    async def _with_bearer(self, request: AccessRequest, send: Send) -> None:
        refusal = self._check_bearer(request)
        if refusal is None:
            _set_state(request.scope, csrf="", signed_in=True, principal=NAMELESS_OPERATOR)
        await (refusal or self._app)(request.scope, request.receive, send)

    async def _with_session(self, request: AccessRequest, send: Send) -> None:
        known = self._sessions.read(request.cookie)
        session = known or self._sessions.begin(signed_in=False)
        try:
            recognition = await self._recognise(request, session)
            answer = await self._answer(request, session, recognition, is_known=known is not None)
        except StoreError:
            answer = refuse(request.scope, 503, Refusal.STORE_AWAY)
        needs_cookie = known is None and not _works_without_cookie(request.path)
        if answer is None and needs_cookie:
            send = self._with_cookie(request, session, send)
        await (answer or self._app)(request.scope, request.receive, send)

    async def _recognise(self, request: AccessRequest, session: Session) -> Recognition:
        """Look up the account of a session.

        If the store is not available, nobody with an account is recognised. A console that had no
        accounts a moment ago goes on, and its pages say what is wrong.

        Raises:
            StoreError: The store is not available, and who asks must be known.
        """
        if request.path.startswith(ANONYMOUS):
            return Recognition(has_accounts=True)
        try:
            user = self._proxy_identity.read(request)
            key = account_id(user.name) if user else session.account
            found = await run_in_threadpool(self._directory.recognise, key)
        except StoreError:
            if not (self._had_no_accounts or _is_public(request.path)):
                raise
            return Recognition(has_accounts=not self._had_no_accounts)
        self._had_no_accounts = not found.has_accounts
        return found

    async def _answer(
        self, request: AccessRequest, session: Session, recognition: Recognition, *, is_known: bool
    ) -> Response | None:
        """Return the answer of access control itself; None if the console is to answer."""
        user = self._proxy_identity.read(request)
        principal = (
            user.identify(recognition.account)
            if user
            else recognition.identify(session, needs_token=self._token is not None)
        )
        _set_state(
            request.scope,
            csrf=self._sessions.csrf_token(session),
            signed_in=session.signed_in and principal is not None,
            principal=principal,
            has_accounts=recognition.has_accounts,
        )
        if not is_known and request.is_link_from_elsewhere:
            return reload_page(request)
        if principal is None and not _is_public(request.path):
            return refuse(request.scope, 403, Refusal.NO_ROLE) if user else _require_login(request)
        if request.method in SAFE_METHODS:
            return None
        is_own_form = self._sessions.is_csrf_token(session, request.csrf_token)
        if not request.is_same_origin or not is_own_form:
            is_changed = request.has_other_host_than_the_browser
            why = Refusal.WRONG_PROXY if is_changed else Refusal.FOREIGN_FORM
            return refuse(request.scope, 403, why)
        if request.path == "/login":
            return await self._login(request, has_accounts=recognition.has_accounts)
        if request.path == "/logout":
            return self._logout(request, session, recognition)
        return None

    def _check_bearer(self, request: AccessRequest) -> Response | None:
        """Return why a Bearer token is refused; None if it is right."""
        if wait := self._failures.seconds_to_wait(request.address):
            return refuse_failures(request.scope, wait)
        if self._is_token(request.bearer or ""):
            return None
        self._failures.add_failure(request.address)
        return refuse(request.scope, 401, Refusal.WRONG_TOKEN)

    async def _login(self, request: AccessRequest, *, has_accounts: bool) -> Response:
        """Check what was entered. The failure is counted first, and taken back on success.

        So an address cannot try more at once than one after the other.
        """
        if wait := self._failures.seconds_to_wait(request.address):
            return refuse_failures(request.scope, wait)
        self._failures.add_failure(request.address)
        address = _after_login(request.form.get("next", ""))
        try:
            account = await self._check_password(request) if has_accounts else None
        except BusyError:
            self._failures.take_back(request.address)
            return refuse(request.scope, 503, Refusal.TOO_MANY_SIGN_INS)
        is_token = not has_accounts and self._is_token(request.form.get("token", ""))
        if account is None and not is_token:
            return RedirectResponse(f"/login?failed=1&next={quote(address, safe='')}", 303)
        self._failures.take_back(request.address)
        session = self._sessions.begin(signed_in=True, account=account)
        return self._begin_session(request, RedirectResponse(address, 303), session)

    async def _check_password(self, request: AccessRequest) -> Account | None:
        form = request.form
        name = form.get("name", "")[:MAX_ENTERED]
        return await self._sign_in.check(name, form.get("password", ""))

    def _logout(
        self, request: AccessRequest, session: Session, recognition: Recognition
    ) -> Response:
        self._sessions.end(session)
        must_sign_in = self._token is not None or recognition.has_accounts
        answer = RedirectResponse("/login" if must_sign_in else "/", 303)
        return self._begin_session(request, answer, self._sessions.begin(signed_in=False))

    def _is_token(self, entered: str) -> bool:
        """Compare digests, which takes the same time whatever was entered."""
        digest = hashlib.sha256(entered.encode("utf-8", "surrogateescape")).digest()
        return self._token is not None and hmac.compare_digest(digest, self._token)

    def _begin_session(
        self, request: AccessRequest, answer: Response, session: Session
    ) -> Response:
        answer.headers.append("Set-Cookie", self._cookie(request, session))
        return answer

    def _with_cookie(self, request: AccessRequest, session: Session, send: Send) -> Send:
        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = self._cookie(request, session)
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        return send_with_cookie

    def _cookie(self, request: AccessRequest, session: Session) -> str:
        value = self._sessions.cookie(session)
        age = int(SESSION_TIME.total_seconds())
        secure = "; Secure" if request.is_https else ""
        attributes = f"Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"
        return f"{request.cookie_name}={value}; {attributes}"


def _set_state(
    scope: Scope,
    *,
    csrf: str,
    signed_in: bool,
    principal: Principal | None,
    has_accounts: bool = False,
) -> None:
    """Set ``request.state`` for the console."""
    state = scope.setdefault("state", {})
    state.update(csrf=csrf, signed_in=signed_in, principal=principal, has_accounts=has_accounts)


def _is_public(path: str) -> bool:
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_FOLDERS)


def _works_without_cookie(path: str) -> bool:
    return path.startswith((*PUBLIC_FOLDERS, API, "/healthz"))


def _require_login(request: AccessRequest) -> Response:
    is_page = request.method in SAFE_METHODS and request.path != "/events"
    if request.path.startswith(API) or not is_page:
        return refuse(request.scope, 401, Refusal.NOT_SIGNED_IN)
    return RedirectResponse(f"/login?next={quote(request.path_and_query, safe='')}", 303)


def _after_login(text: str) -> str:
    """Return where to go after signing in; a page that signs out again is none."""
    address = own_address(text)
    return "/" if address.startswith(("/login", "/logout")) else address
