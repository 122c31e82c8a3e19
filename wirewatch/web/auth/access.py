"""Who may see the console, and whose click is a click.

::

    request ──▶ Bearer token? ─ right ──────────────────────────────▶ the console
                    │none          └ wrong ─▶ 401, soon 429
                    ▼
                session cookie ─ none, forged, old ─▶ a new one, signed in by nobody
                    ▼
                token set and not signed in ─▶ /login (pages), 401 (API)
                    ▼
                POST …: from our own page, with its CSRF token ─ no ─▶ 403
                    ▼
                the console; ``request.state.csrf``, ``request.state.signed_in``

Sessions are signed with a key of this process and end with it. A cookie of ours has
SameSite=Strict: no other site's request carries it. The CSRF token is the HMAC of the session's
random part, so that knowing it takes reading a page.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import Settings, secret
from core.clock import Clock
from wirewatch.web.auth.host_guard import HostGuard
from wirewatch.web.auth.request import SAFE, AccessRequest, FailureRate

SESSION_TIME = timedelta(hours=12)
"""A shift and a bit: then the token is asked for again."""

OPEN_PATHS = ("/login", "/healthz")
"""What anybody may see, with what is in :data:`OPEN_FOLDERS`: the way in, and what draws it."""

OPEN_FOLDERS = ("/static/",)

API = "/api/"


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie of ours says.

    Attributes:
        nonce: Random; names the session.
        signed_in: Whether the token was given.
        expires: When it ends, in seconds since 1970.
    """

    nonce: str
    signed_in: bool
    expires: int


class Sessions:
    """Signs sessions and reads what was signed.

    Args:
        clock: The present.
        key: Secret of this process.
    """

    def __init__(self, clock: Clock, key: bytes | None = None) -> None:
        self._clock = clock
        self._key = key or secrets.token_bytes(32)
        self._ended: dict[str, int] = {}

    def begin(self, *, signed_in: bool) -> Session:
        """A new session."""
        expires = int((self._clock() + SESSION_TIME).timestamp())
        return Session(secrets.token_hex(16), signed_in, expires)

    def end(self, session: Session) -> None:
        """Forget a session: its cookie is worth nothing from now on."""
        now = self._clock().timestamp()
        self._ended = {n: expires for n, expires in self._ended.items() if expires > now}
        self._ended[session.nonce] = session.expires

    def cookie(self, session: Session) -> str:
        """A session as a cookie carries it."""
        said = f"{int(session.signed_in)}.{session.expires}.{session.nonce}"
        return f"{said}.{self._sign('session', said)}"

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie; None where it is not ours, or over."""
        said, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("session", said).encode()):
            return None
        signed_in, expires, nonce = said.split(".")  # signed by us, so written by us
        session = Session(nonce, signed_in == "1", int(expires))
        over = session.expires <= self._clock().timestamp() or nonce in self._ended
        return None if over else session

    def csrf(self, session: Session) -> str:
        """The token that forms of this session carry."""
        return self._sign("csrf", session.nonce)

    def is_csrf(self, session: Session, given: str) -> bool:
        """Whether a form came from a page of this session; in constant time."""
        return hmac.compare_digest(given.encode(), self.csrf(session).encode())

    def _sign(self, what: str, text: str) -> str:
        return hmac.new(self._key, f"{what}:{text}".encode(), hashlib.sha256).hexdigest()


class AccessControl:
    """Lets requests through to the console.

    Args:
        app: The console.
        clock: The present.
        token: What a person or a program must know; empty where none is needed (on loopback).
        trust_proxy: Whether ``X-Forwarded-Proto`` and ``-For`` are a proxy's of ours.
    """

    def __init__(
        self, app: ASGIApp, clock: Clock, *, token: str = "", trust_proxy: bool = False
    ) -> None:
        self._app = app
        self._token = hashlib.sha256(token.encode()).digest() if token else None
        self._trust_proxy = trust_proxy
        self._sessions = Sessions(clock)
        self._rate = FailureRate(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check and pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = await AccessRequest.read(scope, receive, trust_proxy=self._trust_proxy)
        if visit is None:
            await self._refuse(scope, 413, "The request is too large.")(scope, receive, send)
        else:
            await self._enter(visit, send)

    async def _enter(self, visit: AccessRequest, send: Send) -> None:
        scope, receive = visit.scope, visit.receive
        if visit.bearer is not None and self._token:
            refusal = self._bearer(visit)
            if refusal is None:
                _tell(scope, csrf="", signed_in=True)
            await (refusal or self._app)(scope, receive, send)
            return
        known = self._sessions.read(visit.cookie)
        session = known or self._sessions.begin(signed_in=False)
        _tell(scope, csrf=self._sessions.csrf(session), signed_in=session.signed_in)
        answer = self._answer(visit, session, known=known is not None)
        kept = known is not None or visit.path.startswith((*OPEN_FOLDERS, API, "/healthz"))
        sender = send if kept or answer else self._with_cookie(visit, session, send)
        await (answer or self._app)(scope, receive, sender)

    def _answer(self, visit: AccessRequest, session: Session, *, known: bool) -> Response | None:
        """Our own answer, None where the console is to give one."""
        if not known and visit.comes_from_elsewhere:
            return _once_more(visit)
        if self._token and not session.signed_in and not _is_open(visit.path):
            return self._login_first(visit)
        if visit.method in SAFE:
            return None
        if not visit.is_ours or not self._sessions.is_csrf(session, visit.csrf):
            words = (
                "This form is from another page, or from before the last start: go back, reload."
            )
            return self._refuse(visit.scope, 403, words)
        if visit.path == "/login":
            return self._login(visit)
        return self._logout(visit, session) if visit.path == "/logout" else None

    def _bearer(self, visit: AccessRequest) -> Response | None:
        wait = self._rate.wait(visit.address)
        if wait:
            return self._too_often(visit, wait)
        if self._is_token(visit.bearer or ""):
            return None
        self._rate.count(visit.address)
        return self._refuse(visit.scope, 401, "The token is wrong.")

    def _login(self, visit: AccessRequest) -> Response:
        wait = self._rate.wait(visit.address)
        if wait:
            return self._too_often(visit, wait)
        where = _own_path(visit.form.get("next", ""))
        if not self._token or not self._is_token(visit.form.get("token", "")):
            self._rate.count(visit.address)
            return RedirectResponse(f"/login?failed=1&next={quote(where, safe='')}", 303)
        answer = RedirectResponse(where, 303)
        return self._set(visit, answer, self._sessions.begin(signed_in=True))

    def _logout(self, visit: AccessRequest, session: Session) -> Response:
        self._sessions.end(session)
        answer = RedirectResponse("/login" if self._token else "/", 303)
        return self._set(visit, answer, self._sessions.begin(signed_in=False))

    def _is_token(self, given: str) -> bool:
        """In constant time, whatever was given and however long it is."""
        digest = hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest()
        return self._token is not None and hmac.compare_digest(digest, self._token)

    def _login_first(self, visit: AccessRequest) -> Response:
        if visit.path.startswith(API) or visit.method not in SAFE or visit.path == "/events":
            return self._refuse(visit.scope, 401, "This console asks for its token.")
        here = quote(visit.path_and_query, safe="")
        return RedirectResponse(f"/login?next={here}", 303)

    def _too_often(self, visit: AccessRequest, wait: int) -> Response:
        words = f"Too many wrong tokens: wait {wait} seconds."
        answer = self._refuse(visit.scope, 429, words)
        answer.headers["Retry-After"] = str(wait)
        return answer

    def _refuse(self, scope: Scope, status: int, words: str) -> Response:
        if not scope["path"].startswith(API):
            return PlainTextResponse(words, status)
        problem = {"type": "about:blank", "title": words, "status": status}
        answer = Response(json.dumps(problem), status, media_type="application/problem+json")
        if status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def _with_cookie(self, visit: AccessRequest, session: Session, send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = self._cookie(visit, session)
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        return sender

    def _set(self, visit: AccessRequest, answer: Response, session: Session) -> Response:
        answer.headers.append("Set-Cookie", self._cookie(visit, session))
        return answer

    def _cookie(self, visit: AccessRequest, session: Session) -> str:
        secure = "; Secure" if visit.is_https else ""
        value = self._sessions.cookie(session)
        age = int(SESSION_TIME.total_seconds())
        kept = "HttpOnly; SameSite=Strict"
        return f"{visit.cookie_name}={value}; Path=/; Max-Age={age}; {kept}{secure}"


def protected(app: ASGIApp, clock: Clock, settings: Settings) -> ASGIApp:
    """The console as it may be served: behind its guard and its token.

    Packing is safe beside secrets in the page (CSRF tokens): to guess them by the size of answers
    takes another site's requests with our cookie, which SameSite=Strict forbids (BREACH).
    """
    packed = GZipMiddleware(app, minimum_size=1_000, compresslevel=5)
    guarded = AccessControl(
        packed, clock, token=secret(settings.web_token), trust_proxy=settings.web_trust_proxy
    )
    return HostGuard(guarded, settings.web_names, by_address=settings.web_everywhere)


def _tell(scope: Scope, *, csrf: str, signed_in: bool) -> None:
    """What handlers find in ``request.state``."""
    scope.setdefault("state", {}).update(csrf=csrf, signed_in=signed_in)


def _once_more(visit: AccessRequest) -> Response:
    """Ask for the page again from here: a cookie with SameSite=Strict comes along then."""
    here = escape(visit.path_and_query, quote=True)
    return HTMLResponse(
        '<!doctype html><html lang="en"><title>Wirewatch</title>'
        f'<meta http-equiv="refresh" content="0; url={here}"><p><a href="{here}">Go on</a></p>'
    )


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def _own_path(where: str) -> str:
    """Where to after the login: a path of ours, never another site."""
    is_path = where.startswith("/") and not where.startswith(("//", "/\\", "/login", "/logout"))
    fit = is_path and where.isascii() and where.isprintable() and len(where) <= 2_000
    return where if fit else "/"
