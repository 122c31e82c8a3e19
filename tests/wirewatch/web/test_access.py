"""Who gets in, how often one may guess, and whose form is a form: over real sockets."""

from __future__ import annotations

import asyncio
import hmac
import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp

from config.errors import SettingsError
from config.settings import Settings
from config.settings.load import load_settings
from wirewatch.web.auth.access import SESSION_TIME, Sessions, protected
from wirewatch.web.auth.host_guard import HEADERS
from wirewatch.web.auth.request import MAX_BODY
from wirewatch.web.server import address, listen, serve

TOKEN = "correct horse battery staple"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def cookie(self) -> str:
        return self.headers.get("set-cookie", "").partition(";")[0]


@dataclass
class Client:
    """A browser without a mind of its own."""

    host: str
    now: list[datetime]

    def ask(
        self, method: str, path: str, *, body: bytes | str | None = None, **headers: str
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        given = {"Host": self.host} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection.request(method, path, body=body, headers=given)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)

    def visit(self) -> tuple[str, str]:
        """A cookie and its CSRF token, as a form of ours has them."""
        answer = self.ask("GET", "/login")
        return answer.cookie, answer.body

    def post(self, path: str, cookie: str, fields: dict[str, str], **headers: str) -> Answer:
        headers |= {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        return self.ask("POST", path, body=urlencode(fields), **headers)

    def login(self, token: str = TOKEN, **more: str) -> Answer:
        cookie, csrf = self.visit()
        return self.post("/login", cookie, {"csrf": csrf, "token": token} | more)


def rooms() -> FastAPI:
    """What is to be protected: it says who came."""
    app = FastAPI()

    def said(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.csrf)

    async def take(request: Request) -> PlainTextResponse:
        body = await request.body()
        return PlainTextResponse(f"{len(body)} {request.state.signed_in}")

    for path in ("/", "/login", "/healthz", "/static/a.css", "/alerts/x", "/api/v1/stories"):
        app.add_api_route(path, said, methods=["GET"])
    for path in ("/ack", "/api/v1/actions/ack"):
        app.add_api_route(path, take, methods=["POST"])
    return app


def serving(settings: Settings) -> Iterator[Client]:
    now = [datetime(2026, 11, 22, 12, 0, tzinfo=UTC)]
    app: ASGIApp = protected(rooms(), lambda: now[0], settings)
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        work = serve(app, listener, stop)
        thread = threading.Thread(target=loop.run_until_complete, args=(work,))
        thread.start()
        yield Client(address(listener).removeprefix("http://").rstrip("/"), now)
        loop.call_soon_threadsafe(stop.set)
        thread.join()
    loop.close()


@pytest.fixture
def closed() -> Iterator[Client]:
    """A console with a token."""
    yield from serving(Settings(web_token=TOKEN))


@pytest.fixture
def free() -> Iterator[Client]:
    """A console on loopback, without one."""
    yield from serving(Settings())


@pytest.fixture
def proxied() -> Iterator[Client]:
    """A console behind a proxy of ours."""
    yield from serving(Settings(web_token=TOKEN, web_trust_proxy=True))


def test_without_a_token_set_nobody_is_asked_for_one(free: Client) -> None:
    assert free.ask("GET", "/").status == 200
    assert free.ask("GET", "/api/v1/stories").status == 200


def test_with_a_token_set_pages_lead_to_the_login_and_the_api_refuses(closed: Client) -> None:
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


def test_the_token_opens_a_session_that_can_be_ended(closed: Client) -> None:
    entered = closed.login(next="/alerts/x")
    assert (entered.status, entered.headers["location"]) == (303, "/alerts/x")
    cookie = entered.cookie
    page = closed.ask("GET", "/", Cookie=cookie)
    assert page.status == 200
    left = closed.post("/logout", cookie, {"csrf": page.body})
    assert (left.status, left.headers["location"]) == (303, "/login")
    assert closed.ask("GET", "/", Cookie=cookie).status == 303


def test_the_cookie_is_for_us_alone(closed: Client, proxied: Client) -> None:
    said = closed.login().headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said
    assert "Path=/" in said
    assert "Secure" not in said
    by_https = proxied.ask("GET", "/login", X_Forwarded_Proto="https").headers["set-cookie"]
    assert by_https.startswith("__Host-")
    assert "Secure" in by_https
    lied = closed.ask("GET", "/login", X_Forwarded_Proto="https").headers["set-cookie"]
    assert "Secure" not in lied


@pytest.mark.parametrize(
    "token", ["", "wrong", TOKEN + "x", TOKEN[:-1], "ä" * 40, "\0", "x" * 9000]
)
def test_a_wrong_token_opens_nothing(closed: Client, token: str) -> None:
    answer = closed.login(token, next="/alerts/x")
    assert (answer.status, answer.headers["location"]) == (
        303,
        "/login?failed=1&next=%2Falerts%2Fx",
    )
    assert answer.cookie == ""


def test_after_five_wrong_tokens_one_waits_a_minute(closed: Client) -> None:
    for _ in range(5):
        assert closed.login("wrong").status == 303
    refused = closed.login(TOKEN)
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert closed.ask("GET", "/api/v1/stories", Authorization=f"Bearer {TOKEN}").status == 429
    closed.now[0] += timedelta(seconds=61)
    assert closed.login(TOKEN).cookie


def test_wrong_tokens_of_the_api_are_counted_too(closed: Client) -> None:
    answers = [closed.ask("GET", "/api/v1/stories", Authorization="Bearer no") for _ in range(6)]
    assert [a.status for a in answers] == [401] * 5 + [429]


def test_behind_a_proxy_each_address_is_counted_by_itself(proxied: Client) -> None:
    def guess(address: str) -> int:
        said = {"Authorization": "Bearer no", "X_Forwarded_For": address}
        return proxied.ask("GET", "/api/v1/stories", **said).status

    assert [guess("6.6.6.6, 192.0.2.1") for _ in range(6)][-1] == 429
    assert guess("7.7.7.7, 192.0.2.1") == 429, "what the client says of itself counts for nothing"
    assert guess("192.0.2.2") == 401
    assert [guess(f"2001:db8::{n}") for n in range(6)][-1] == 429, "one network of IPv6 is one"


def test_the_api_takes_the_token_and_asks_it_for_no_form(closed: Client) -> None:
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert closed.ask("GET", "/api/v1/stories", **right).status == 200
    done = closed.ask("POST", "/api/v1/actions/ack", body="{}", **right)
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
    assert compared == [(32, 32), (32, 32)], "digests of one length, whatever was given"


@pytest.mark.parametrize(
    "forged", ["", "x", "1.99999999999.abc.def", "1.2.3", "....", "\xe4.\xf6", "a" * 5000]
)
def test_a_forged_cookie_is_no_cookie(closed: Client, forged: str) -> None:
    name = closed.visit()[0].partition("=")[0]
    assert closed.ask("GET", "/", Cookie=f"{name}={forged}").status == 303


def test_a_cookie_that_was_tampered_with_is_no_cookie(closed: Client) -> None:
    cookie, _ = closed.visit()
    assert "=0." in cookie
    assert closed.ask("GET", "/", Cookie=cookie.replace("=0.", "=1.")).status == 303


def test_a_session_ends_by_itself(closed: Client) -> None:
    cookie = closed.login().cookie
    closed.now[0] += SESSION_TIME
    assert closed.ask("GET", "/", Cookie=cookie).status == 303


def test_a_session_of_another_process_is_none() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    one, other = Sessions(lambda: now), Sessions(lambda: now)
    session = one.begin(signed_in=True)
    assert one.read(one.cookie(session)) == session
    assert other.read(one.cookie(session)) is None
    assert not other.is_csrf(session, one.csrf(session))


def test_a_form_needs_the_token_of_its_own_session(free: Client) -> None:
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
    "said",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_of_another_page_is_refused_whatever_it_knows(
    free: Client, said: dict[str, str]
) -> None:
    cookie, csrf = free.visit()
    assert free.post("/ack", cookie, {"csrf": csrf}, **said).status == 403
    ours = {"Origin": f"http://{free.host}", "Sec_Fetch_Site": "same-origin"}
    assert free.post("/ack", cookie, {"csrf": csrf}, **ours).status == 200


def test_a_login_form_of_another_page_is_refused(closed: Client) -> None:
    cookie, csrf = closed.visit()
    fields = {"token": TOKEN, "csrf": csrf}
    assert closed.post("/login", cookie, {"token": TOKEN}).status == 403
    assert closed.post("/login", cookie, fields, Origin="https://evil.example").status == 403


def test_a_link_from_elsewhere_comes_again_from_here_and_keeps_the_session(closed: Client) -> None:
    elsewhere = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    bounced = closed.ask("GET", "/alerts/x?a=%22%3E%3Cscript%3E&b", **elsewhere)
    assert bounced.status == 200
    assert 'content="0; url=/alerts/x?a=%22%3E%3Cscript%3E&amp;b"' in bounced.body
    assert "set-cookie" not in bounced.headers


@pytest.mark.parametrize(
    "where",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "",
     "/x\r\nSet-Cookie: a=b", "/" + "a" * 3000, "/login?next=/", "/ä"],
)  # fmt: skip
def test_the_login_leads_nowhere_else(closed: Client, where: str) -> None:
    answer = closed.login(next=where)
    assert (answer.status, answer.headers["location"]) == (303, "/")


def test_too_large_a_body_is_not_read(free: Client) -> None:
    cookie, csrf = free.visit()
    fits = "x" * (MAX_BODY - 100)
    assert free.post("/ack", cookie, {"csrf": csrf, "t": fits}).status == 200
    assert free.post("/ack", cookie, {"csrf": csrf, "t": "x" * MAX_BODY}).status == 413
    many = "&".join(f"a{n}=1" for n in range(1500))
    said = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    assert free.ask("POST", "/ack", body=f"csrf={csrf}&{many}", **said).status == 403


def test_every_answer_carries_the_headers(closed: Client) -> None:
    for path in ("/", "/login", "/api/v1/stories", "/static/a.css", "/nothing"):
        answer = closed.ask("GET", path)
        assert {k.lower(): v for k, v in HEADERS.items()}.items() <= answer.headers.items(), path
    assert "no-store" in closed.ask("GET", "/login").headers["cache-control"]
    assert closed.ask("GET", "/", Host="evil.example").status == 421
    assert closed.ask("POST", "/ack", body="", Host="evil.example").status == 421


def test_off_loopback_a_token_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_console_on_all_addresses_goes_by_any_of_them_but_by_no_foreign_name() -> None:
    settings = Settings(web_host="0.0.0.0", web_token=TOKEN, web_hosts="desk.example.org")
    for client in serving(settings):
        for host in ("192.0.2.7:8080", "[2001:db8::1]", "desk.example.org", "DESK.example.org:80"):
            assert client.ask("GET", "/login", Host=host).status == 200, host
        for host in ("evil.example", "192.0.2.7.evil.example", "", "[evil]"):
            assert client.ask("GET", "/login", Host=host).status in (400, 421), host
