"""Signing in with an account, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from pydantic import ValidationError
from starlette.types import Message

from config.settings import Settings
from core.store.accounts import AccountRole
from tests.support.accounts import PASSWORD, MemoryAccounts
from tests.support.web_server import Answer, WebServer, request
from wirewatch.web.actor import author_of
from wirewatch.web.app import protect
from wirewatch.web.auth.proxy_identity import ProxyIdentity, ProxyUser
from wirewatch.web.auth.request import AccessRequest

TOKEN = "a token of sixteen characters and more"


@dataclass
class Client:
    """A client of a protected app.

    Attributes:
        host: ``127.0.0.1:PORT``.
        accounts: The accounts, which a test changes.
    """

    host: str
    accounts: MemoryAccounts

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """Send a request; underscores in names of headers are hyphens."""
        sent = {"Host": self.host} | {k.replace("_", "-"): v for k, v in headers.items()}
        return request(self.host, method, path, body, sent)

    def post(self, path: str, cookie: str, **fields: str) -> Answer:
        """Send a form."""
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(fields), Content_Type=kind, Cookie=cookie)

    def login(self, **fields: str) -> Answer:
        """Send the sign-in form."""
        page = self.ask("GET", "/login")
        return self.post("/login", page.cookie, csrf=page.body, **fields)

    def who(self, cookie: str) -> str:
        """Return who has a session; empty if its page leads to the sign-in form."""
        answer = self.ask("GET", "/who", Cookie=cookie)
        return answer.body if answer.status == 200 else ""


def app_to_protect() -> FastAPI:
    """Return an app that says who asks."""
    app = FastAPI()

    def token(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.csrf)

    def who(request: Request) -> PlainTextResponse:
        principal = request.state.principal
        return PlainTextResponse(f"{author_of(request, 'stated')} {principal.role}")

    app.add_api_route("/login", token, methods=["GET"])
    app.add_api_route("/healthz", token, methods=["GET"])
    for path in ("/who", "/api/v1/who"):
        app.add_api_route(path, who, methods=["GET"])
    return app


@pytest.fixture
def serve(server: WebServer) -> Callable[..., Client]:
    """Serve the app by the settings."""

    def serve(settings: Settings | None = None, web_token: str = "") -> Client:
        accounts = MemoryAccounts()
        now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        settings = settings or Settings(web_token=web_token)
        server.app = protect(app_to_protect(), lambda: now, settings, accounts)
        return Client(server.host, accounts)

    return serve


def test_the_first_account_ends_sessions_of_the_token_which_stays_for_programs(
    serve: Callable[..., Client],
) -> None:
    client = serve(web_token=TOKEN)
    by_token = client.login(token=TOKEN).cookie
    assert client.who(by_token) == "stated operator"
    client.accounts.add("Ada", AccountRole.OPERATOR)
    assert client.who(by_token) == ""
    assert "failed" in client.login(token=TOKEN).headers["location"]
    program = client.ask("GET", "/api/v1/who", Authorization=f"Bearer {TOKEN}")
    assert (program.status, program.body) == (200, "stated operator")
    by_account = client.login(name="ada", password=PASSWORD).cookie
    assert client.who(by_account) == "Ada operator"
    client.accounts.remove("Ada")
    assert client.who(by_account) == ""
    assert client.who(client.login(token=TOKEN).cookie) == "stated operator"


def test_an_account_closes_a_console_without_a_token(serve: Callable[..., Client]) -> None:
    client = serve()
    assert client.who("") == "stated operator"
    client.accounts.add("Ada", AccountRole.OPERATOR)
    assert client.ask("GET", "/who").headers["location"] == "/login?next=%2Fwho"
    assert client.ask("GET", "/api/v1/who").status == 401
    assert client.ask("GET", "/api/v1/who", Authorization="Bearer x").status == 401
    assert client.who(client.login(name="Ada", password=PASSWORD).cookie) == "Ada operator"


def test_a_wrong_password_and_an_unknown_name_look_the_same(serve: Callable[..., Client]) -> None:
    client = serve()
    client.accounts.add("Ada", AccountRole.OPERATOR)
    answers = [
        client.login(name="Ada", password="wrong"),
        client.login(name="Eve", password=PASSWORD),
        client.login(),
        client.login(name="Ada" + "x" * 300_000, password=PASSWORD),
    ]
    assert {(a.status, a.headers["location"], a.body, a.cookie) for a in answers} == {
        (303, "/login?failed=1&next=%2F", "", "")
    }


def test_a_session_ends_with_its_account_or_its_password_and_its_role_changes_at_once(
    serve: Callable[..., Client],
) -> None:
    client = serve(web_token=TOKEN)
    client.accounts.add("Ada", AccountRole.OPERATOR)
    client.accounts.add("Bert", AccountRole.READER)
    cookie = client.login(name="Bert", password=PASSWORD).cookie
    assert client.who(cookie) == "Bert reader"
    client.accounts.change_role("Bert", AccountRole.ANALYST)
    assert client.who(cookie) == "Bert analyst"
    client.accounts.add("Bert")  # the same password, hashed again
    assert client.who(cookie) == ""
    cookie = client.login(name="Bert", password=PASSWORD).cookie
    client.accounts.remove("Bert")
    assert client.who(cookie) == ""
    client.accounts.add("Bert")
    assert client.who(cookie) == ""
    cookie = client.login(name="Bert", password=PASSWORD).cookie
    csrf = client.ask("GET", "/login", Cookie=cookie).body
    assert client.post("/logout", cookie, csrf=csrf).headers["location"] == "/login"
    assert client.who(cookie) == ""


def test_an_address_cannot_guess_more_by_guessing_at_once(serve: Callable[..., Client]) -> None:
    client = serve()
    client.accounts.add("Ada", AccountRole.OPERATOR)
    for _ in range(7):  # what succeeds is not counted
        assert client.login(name="Ada", password=PASSWORD).headers["location"] == "/"
    with ThreadPoolExecutor(8) as threads:
        guesses = [threads.submit(client.login, name="Ada", password="wrong") for _ in range(12)]
        statuses = sorted(guess.result().status for guess in guesses)
    assert statuses == [303] * 5 + [429] * 7
    assert client.login(name="Ada", password=PASSWORD).status == 429


def test_without_the_store_nobody_is_recognised(serve: Callable[..., Client]) -> None:
    client = serve()
    client.accounts.add("Ada", AccountRole.OPERATOR)
    cookie = client.login(name="Ada", password=PASSWORD).cookie
    client.accounts.is_away = True
    assert client.ask("GET", "/who", Cookie=cookie).status == 503
    for path in ("/login", "/healthz"):
        assert client.ask("GET", path).status == 200
    assert client.login(name="Ada", password=PASSWORD).status == 503
    client.accounts.is_away = False
    assert client.who(cookie) == "Ada operator"


def test_a_console_that_had_no_accounts_says_itself_that_the_store_is_away(
    serve: Callable[..., Client],
) -> None:
    client = serve()
    client.accounts.is_away = True
    assert client.ask("GET", "/who").status == 503
    client.accounts.is_away = False
    assert client.ask("GET", "/who").status == 200
    client.accounts.is_away = True
    assert client.ask("GET", "/who").status == 200


PROXIED = Settings(
    web_token=TOKEN,
    web_trusted_proxies="127.0.0.1",
    web_user_header="X-Forwarded-User",
    web_groups_header="X-Forwarded-Groups",
    web_group_roles="it = operator, desk=analyst",
)


def test_a_trusted_proxy_says_who_it_is_and_in_which_groups(serve: Callable[..., Client]) -> None:
    client = serve(PROXIED)
    client.accounts.add("Ada", AccountRole.READER)
    client.accounts.add("Bert", AccountRole.OPERATOR)
    cases = (
        ({"X_Forwarded_User": "Eve", "X_Forwarded_Groups": "desk"}, "Eve analyst"),
        ({"X_Forwarded_User": "Eve", "X_Forwarded_Groups": "other, desk,it"}, "Eve operator"),
        ({"X_Forwarded_User": "Ada", "X_Forwarded_Groups": "none"}, "Ada reader"),
        ({"X_Forwarded_User": "J\u00c3\u00b6rg", "X_Forwarded_Groups": "it"}, "Jörg operator"),
        ({"X_Forwarded_User": "Eve", "X_Forwarded_Groups": "DESK"}, 403),
        ({"X_Forwarded_User": "Eve"}, 403),
        ({"X_Forwarded_User": "<b>", "X_Forwarded_Groups": "it"}, 403),
        ({"X_Forwarded_User": "", "X_Forwarded_Groups": "it"}, 303),
        ({"X_Forwarded_Groups": "it"}, 303),
    )
    wrong = []
    for headers, expected in cases:
        answer = client.ask("GET", "/who", **headers)
        if expected not in (answer.status, answer.body):
            wrong.append((headers, expected, answer.status, answer.body))
    assert wrong == []
    answer = client.ask("GET", "/api/v1/who", X_Forwarded_User="Eve")
    assert answer.headers["content-type"] == "application/problem+json"


def test_of_two_names_one_may_be_the_clients_own() -> None:
    for names in ((b"Ada", b"Bert"), (b"Ada", b"Ada"), (b"", b"Ada")):
        headers = [(b"x-forwarded-user", name) for name in names]
        assert read_user(headers, "127.0.0.1") == ProxyUser("")
    assert read_user([(b"x-forwarded-user", b"Ada")], "127.0.0.1") == ProxyUser("Ada")


def test_nobody_but_a_trusted_proxy_is_believed() -> None:
    headers = [(b"x-forwarded-user", b"Ada"), (b"x-forwarded-for", b"127.0.0.1")]
    assert read_user(headers, "10.0.0.1") is None
    assert read_user(headers, "127.0.0.1", Settings(web_trusted_proxies="127.0.0.1")) is None
    with pytest.raises(ValidationError, match="WIREWATCH_WEB_TRUSTED_PROXIES"):
        Settings(web_user_header="X-Forwarded-User")
    for wrong in ("desk", "desk=boss", "=reader"):
        with pytest.raises(ValidationError):
            Settings(web_group_roles=wrong)


def read_user(
    headers: list[tuple[bytes, bytes]], peer: str, settings: Settings = PROXIED
) -> ProxyUser | None:
    """Return whom the headers of a request from an address name."""

    async def receive() -> Message:
        return {}

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "scheme": "http"}
    scope |= {"headers": headers, "client": (peer, 1)}
    request = AccessRequest(scope, b"", receive, proxies=settings.web_proxies)
    return ProxyIdentity(settings).read(request)
