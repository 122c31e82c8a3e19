"""Access control over real sockets: sign-in, Bearer tokens, sessions and form tokens."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from config.errors import SettingsError
from config.settings import Settings
from config.settings.load import load_settings
from tests.support.accounts import MemoryAccounts
from tests.support.web_server import Answer, WebServer, request, web_server
from wirewatch.web.app import protect
from wirewatch.web.auth.request import MAX_BODY
from wirewatch.web.auth.sessions import SESSION_TIME
from wirewatch.web.security_headers import HEADERS

TOKEN = "correct horse battery staple"


@dataclass
class Client:
    """A client of a protected app.

    Attributes:
        host: ``127.0.0.1:PORT``.
        now: The present; tests move it.
        accounts: The accounts; none unless a test adds some.
    """

    host: str
    now: list[datetime]
    accounts: MemoryAccounts

    def ask(
        self, method: str, path: str, *, body: bytes | str | None = None, **headers: str
    ) -> Answer:
        """Send a request; underscores in names of headers are hyphens."""
        sent = {"Host": self.host} | {k.replace("_", "-"): v for k, v in headers.items()}
        return request(self.host, method, path, body, sent)

    def visit(self) -> tuple[str, str]:
        """Return a new session's cookie and form token."""
        answer = self.ask("GET", "/login")
        return answer.cookie, answer.body

    def post(self, path: str, cookie: str, fields: dict[str, str], **headers: str) -> Answer:
        """Send a form."""
        headers |= {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        return self.ask("POST", path, body=urlencode(fields), **headers)

    def login(self, token: str = TOKEN, **more: str) -> Answer:
        """Sign in with a token."""
        cookie, csrf = self.visit()
        return self.post("/login", cookie, {"csrf": csrf, "token": token} | more)


def app_to_protect() -> FastAPI:
    """Return an app that answers a page with its form token, and a form with its size."""
    app = FastAPI()

    def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.csrf)

    async def form(request: Request) -> PlainTextResponse:
        body = await request.body()
        return PlainTextResponse(f"{len(body)} {request.state.signed_in}")

    for path in ("/", "/login", "/healthz", "/static/a.css", "/alerts/x", "/api/v1/stories"):
        app.add_api_route(path, page, methods=["GET"])
    for path in ("/ack", "/api/v1/actions/ack"):
        app.add_api_route(path, form, methods=["POST"])
    return app


def client_of(server: WebServer, settings: Settings) -> Client:
    """Protect the app by the settings and return a client of it."""
    now = [datetime(2026, 11, 22, 12, 0, tzinfo=UTC)]
    directory = MemoryAccounts()
    server.app = protect(app_to_protect(), lambda: now[0], settings, directory)
    return Client(server.host, now, directory)


@pytest.fixture
def closed(server: WebServer) -> Client:
    """A client of a console with an access token."""
    return client_of(server, Settings(web_token=TOKEN))


@pytest.fixture
def free(server: WebServer) -> Client:
    """A client of a console on loopback, without a token."""
    return client_of(server, Settings())


@pytest.fixture
def proxied(own_server: WebServer) -> Client:
    """A client of a console behind a trusted proxy."""
    return client_of(own_server, Settings(web_token=TOKEN, web_trusted_proxies="127.0.0.1"))


@pytest.fixture
def own_server() -> Iterator[WebServer]:
    """A second server, for a test that compares two apps."""
    with web_server() as running:
        yield running


def test_a_console_without_a_token_asks_for_none(free: Client) -> None:
    assert free.ask("GET", "/").status == 200
    assert free.ask("GET", "/api/v1/stories").status == 200


def test_without_a_session_pages_redirect_to_the_login_and_the_api_answers_401(
    closed: Client,
) -> None:
    page = closed.ask("GET", "/alerts/x?a=1&b=2")
    assert (page.status, page.headers["location"]) == (
        303,
        "/login?next=%2Falerts%2Fx%3Fa%3D1%26b%3D2",
    )
    api = closed.ask("GET", "/api/v1/stories")
    assert (api.status, api.headers["www-authenticate"]) == (401, "Bearer")
    assert api.headers["content-type"] == "application/problem+json"
    for path in ("/login", "/healthz", "/static/a.css"):
        assert closed.ask("GET", path).status == 200
    for path in ("/static/../alerts/x", "/healthz/../", "//login", "/LOGIN", "/login/"):
        assert closed.ask("GET", path).status in (303, 404), path


def test_signing_in_begins_a_session_and_signing_out_ends_it(closed: Client) -> None:
    entered = closed.login(next="/alerts/x")
    assert (entered.status, entered.headers["location"]) == (303, "/alerts/x")
    cookie = entered.cookie
    page = closed.ask("GET", "/", Cookie=cookie)
    assert page.status == 200
    left = closed.post("/logout", cookie, {"csrf": page.body})
    assert (left.status, left.headers["location"]) == (303, "/login")
    assert closed.ask("GET", "/", Cookie=cookie).status == 303


def test_the_session_cookie_is_sent_to_this_console_only(closed: Client, proxied: Client) -> None:
    cookie = closed.login().headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    by_https = proxied.ask("GET", "/login", X_Forwarded_Proto="https").headers["set-cookie"]
    assert by_https.startswith("__Host-")
    assert "Secure" in by_https
    forged = closed.ask("GET", "/login", X_Forwarded_Proto="https").headers["set-cookie"]
    assert "Secure" not in forged


@pytest.mark.parametrize(
    "token", ["", "wrong", TOKEN + "x", TOKEN[:-1], "ä" * 40, "\0", "x" * 9000]
)
def test_a_wrong_token_begins_no_session(closed: Client, token: str) -> None:
    answer = closed.login(token, next="/alerts/x")
    assert (answer.status, answer.headers["location"]) == (
        303,
        "/login?failed=1&next=%2Falerts%2Fx",
    )
    assert answer.cookie == ""


def test_after_five_wrong_tokens_even_the_right_one_waits_a_minute(closed: Client) -> None:
    for _ in range(5):
        assert closed.login("wrong").status == 303
    refused = closed.login(TOKEN)
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert closed.ask("GET", "/api/v1/stories", Authorization=f"Bearer {TOKEN}").status == 429
    closed.now[0] += timedelta(seconds=61)
    assert closed.login(TOKEN).cookie


def test_wrong_bearer_tokens_are_limited_too(closed: Client) -> None:
    answers = [closed.ask("GET", "/api/v1/stories", Authorization="Bearer no") for _ in range(6)]
    assert [a.status for a in answers] == [401] * 5 + [429]


def test_behind_a_proxy_each_client_has_a_limit_of_its_own(proxied: Client) -> None:
    def guess(address: str) -> int:
        headers = {"Authorization": "Bearer no", "X_Forwarded_For": address}
        return proxied.ask("GET", "/api/v1/stories", **headers).status

    assert [guess("6.6.6.6, 192.0.2.1") for _ in range(6)][-1] == 429
    assert guess("7.7.7.7, 192.0.2.1") == 429, "only the entry that the proxy added counts"
    assert guess("192.0.2.2") == 401
    assert [guess(f"2001:db8::{n}") for n in range(6)][-1] == 429, (
        "an IPv6 network counts as one client"
    )


def test_a_bearer_token_needs_no_session_and_no_form_token(closed: Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert closed.ask("GET", "/api/v1/stories", **headers).status == 200
    done = closed.ask("POST", "/api/v1/actions/ack", body="{}", **headers)
    assert (done.status, done.body) == (200, "2 True")
    assert "set-cookie" not in done.headers


def test_tokens_are_compared_in_constant_time(
    closed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watched(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return bool(real(a, b))

    monkeypatch.setattr(hmac, "compare_digest", watched)
    closed.ask("GET", "/api/v1/stories", Authorization="Bearer x")
    closed.ask("GET", "/api/v1/stories", Authorization=f"Bearer {TOKEN * 50}")
    assert compared == [(32, 32), (32, 32)], "digests of one length, whatever was entered"


@pytest.mark.parametrize(
    "forged", ["", "x", "1.99999999999.abc.def", "1.2.3", "....", "\xe4.\xf6", "a" * 5000]
)
def test_a_forged_cookie_begins_at_the_login(closed: Client, forged: str) -> None:
    name = closed.visit()[0].partition("=")[0]
    assert closed.ask("GET", "/", Cookie=f"{name}={forged}").status == 303


def test_a_changed_cookie_begins_at_the_login(closed: Client) -> None:
    cookie, _ = closed.visit()
    assert "=0." in cookie
    assert closed.ask("GET", "/", Cookie=cookie.replace("=0.", "=1.")).status == 303


def test_a_session_expires(closed: Client) -> None:
    cookie = closed.login().cookie
    closed.now[0] += SESSION_TIME
    assert closed.ask("GET", "/", Cookie=cookie).status == 303


def test_a_form_needs_the_form_token_of_its_session(free: Client) -> None:
    cookie, csrf = free.visit()
    other, foreign = free.visit()
    assert free.post("/ack", cookie, {"csrf": csrf, "ids": "1"}).status == 200
    assert free.post("/ack", cookie, {"ids": "1"}).status == 403
    assert free.post("/ack", cookie, {"csrf": ""}).status == 403
    assert free.post("/ack", cookie, {"csrf": foreign}).status == 403
    assert free.post("/ack", cookie, {"csrf": "ä"}).status == 403
    assert free.post("/ack", "", {"csrf": csrf}).status == 403
    assert free.post("/ack", other, {"csrf": foreign}).status == 200
    by_script = free.ask("POST", "/api/v1/actions/ack", body="{}", Cookie=cookie, X_CSRF_Token=csrf)
    assert by_script.status == 200
    bare = free.ask("POST", "/api/v1/actions/ack", body="{}", Cookie=cookie)
    assert (bare.status, bare.headers["content-type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_form_token(
    free: Client, headers: dict[str, str]
) -> None:
    cookie, csrf = free.visit()
    assert free.post("/ack", cookie, {"csrf": csrf}, **headers).status == 403
    own = {"Origin": f"http://{free.host}", "Sec_Fetch_Site": "same-origin"}
    assert free.post("/ack", cookie, {"csrf": csrf}, **own).status == 200


def test_a_proxy_that_does_not_pass_on_the_host_gets_a_sentence_that_says_so(free: Client) -> None:
    cookie, csrf = free.visit()
    browser = {"Origin": "https://wire.example.org", "Sec_Fetch_Site": "same-origin"}
    refused = free.post("/ack", cookie, {"csrf": csrf}, **browser)
    assert (refused.status, "must send Host and X-Forwarded-Proto" in refused.body) == (403, True)
    other = free.ask("GET", "/", Host="upstream:8080")
    assert (other.status, "must pass on the Host header" in other.body) == (421, True)


def test_a_refusal_is_in_the_language_of_the_reader_and_for_programs_in_english(
    closed: Client,
) -> None:
    german = {"Accept_Language": "de-AT,de;q=0.9,en;q=0.5"}
    cookie, _ = closed.visit()
    answers = {
        "form": closed.post("/login", cookie, {"token": TOKEN}, **german),
        "token": closed.ask("GET", "/", Authorization="Bearer wrong", **german),
        "event stream": closed.ask("GET", "/events", **german),
        "API": closed.ask("GET", "/api/v1/topics", **german),
        "English": closed.ask("GET", "/events"),
    }
    begins = {
        "form": "Dieses Formular ist veraltet",
        "token": "Das Token ist falsch.",
        "event stream": "Bitte anmelden oder das Zugangstoken",
        "API": '{"type": "about:blank", "title": "Sign in, or send',
        "English": "Sign in, or send",
    }
    assert {who: answer.body[: len(begins[who])] for who, answer in answers.items()} == begins
    languages = {who: answer.headers.get("content-language") for who, answer in answers.items()}
    expected = {"form": "de", "token": "de", "event stream": "de", "API": None, "English": "en"}
    assert languages == expected
    for _ in range(4):
        closed.ask("GET", "/", Authorization="Bearer wrong")
    blocked = closed.ask("GET", "/", Authorization="Bearer wrong", **german)
    assert (blocked.status, blocked.body) == (
        429,
        "Zu viele Fehlversuche. Bitte in 60 Sekunden noch einmal versuchen.",
    )
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"} | german
    assert '<html lang="de">' in closed.ask("GET", "/topics", **link).body


def test_a_login_form_of_another_site_is_refused(closed: Client) -> None:
    cookie, csrf = closed.visit()
    fields = {"token": TOKEN, "csrf": csrf}
    assert closed.post("/login", cookie, {"token": TOKEN}).status == 403
    assert closed.post("/login", cookie, fields, Origin="https://evil.example").status == 403


def test_a_link_from_another_site_is_loaded_again_with_the_session_cookie(closed: Client) -> None:
    headers = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    answer = closed.ask("GET", "/alerts/x?a=%22%3E%3Cscript%3E&b", **headers)
    assert answer.status == 200
    assert 'content="0; url=/alerts/x?a=%22%3E%3Cscript%3E&amp;b"' in answer.body
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["//evil.example/x", "/%2Fevil.example/x", "/%5Cevil.example/x"])
def test_a_link_that_means_another_host_leads_to_no_other_host(closed: Client, path: str) -> None:
    headers = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    answer = closed.ask("GET", path, **headers)
    assert answer.status == 200
    assert re.findall('url=([^"]*)"', answer.body) in (["/"], ["/%5Cevil.example/x"])
    assert re.findall('href="([^"]*)"', answer.body) in (["/"], ["/%5Cevil.example/x"])


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "",
     "/x\r\nSet-Cookie: a=b", "/" + "a" * 3000, "/login?next=/", "/ä"],
)  # fmt: skip
def test_signing_in_redirects_to_no_other_site(closed: Client, address: str) -> None:
    answer = closed.login(next=address)
    assert (answer.status, answer.headers["location"]) == (303, "/")


def test_a_request_that_is_too_large_is_refused(free: Client) -> None:
    cookie, csrf = free.visit()
    fits = "x" * (MAX_BODY - 100)
    assert free.post("/ack", cookie, {"csrf": csrf, "t": fits}).status == 200
    assert free.post("/ack", cookie, {"csrf": csrf, "t": "x" * MAX_BODY}).status == 413
    many = "&".join(f"a{n}=1" for n in range(1500))
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    assert free.ask("POST", "/ack", body=f"csrf={csrf}&{many}", **headers).status == 403


def test_every_answer_has_the_security_headers(closed: Client) -> None:
    for path in ("/", "/login", "/api/v1/stories", "/static/a.css", "/nothing"):
        answer = closed.ask("GET", path)
        assert {k.lower(): v for k, v in HEADERS.items()}.items() <= answer.headers.items(), path
    assert "no-store" in closed.ask("GET", "/login").headers["cache-control"]
    assert closed.ask("GET", "/", Host="evil.example").status == 421
    assert closed.ask("POST", "/ack", body="", Host="evil.example").status == 421


def test_a_console_beyond_loopback_needs_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_WEB_HOST", "0.0.0.0")
    with pytest.raises(SettingsError, match="set WIREWATCH_WEB_TOKEN"):
        load_settings()
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", "short secret")
    with pytest.raises(SettingsError, match="16 characters") as failure:
        load_settings()
    assert "short secret" not in str(failure.value)
    monkeypatch.setenv("WIREWATCH_WEB_TOKEN", TOKEN)
    monkeypatch.setenv("WIREWATCH_WEB_HOSTS", "desk.example.org, wire")
    settings = load_settings()
    assert settings.web_everywhere
    assert {"desk.example.org", "wire", "localhost"} <= set(settings.web_names)
    assert TOKEN not in repr(settings)
