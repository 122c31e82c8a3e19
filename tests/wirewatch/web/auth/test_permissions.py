"""Every route needs a role, and refuses those that are lower."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import Mount, Route

from core.store.accounts import AccountRole, add_account
from tests.support.accounts import PASSWORD, cheap_hash
from tests.support.console import Console, add_story
from wirewatch.web.api import create_api
from wirewatch.web.app import create_pages
from wirewatch.web.auth.permissions import API, PAGES, Permissions, RoleCheck, RoleError
from wirewatch.web.auth.principal import Principal
from wirewatch.web.explain import Explainer
from wirewatch.web.runtime_status import RuntimeStatus

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def apps(console: Console) -> tuple[tuple[FastAPI, Permissions], ...]:
    """The pages and the API, with their tables."""
    runtime = RuntimeStatus(lambda: console.catalog, list, list, console.settings)
    explainer = Explainer(runtime.catalog, runtime.settings, lambda: NOW)
    return (
        (create_pages(console.store, lambda: NOW, runtime), PAGES),
        (create_api(console.store, lambda: NOW, runtime, explainer), API),
    )


def test_every_route_is_in_a_table_and_checked(
    apps: tuple[tuple[FastAPI, Permissions], ...],
) -> None:
    for app, table in apps:
        names, unchecked = set(), []
        for route in app.routes:
            if isinstance(route, Mount):
                assert route.path in ("/static", "/api/v1"), "its routes are in no table"
                continue
            assert isinstance(route, Route | APIRoute)
            names |= {f"{m} {route.path}" for m in (route.methods or set()) - {"HEAD"}}
            calls = route.dependant.dependencies if isinstance(route, APIRoute) else ()
            if not any(isinstance(each.call, RoleCheck) for each in calls):
                unchecked.append(route.path)
        assert names == set(table)
        assert unchecked in ([], ["/openapi.json"])  # any principal may read that


def request_of(method: str, path: str, principal: Principal | None) -> Request:
    """Return a request that was routed."""
    route = APIRoute(path, lambda: None)
    state = {} if principal is None else {"principal": principal}
    return Request({"type": "http", "method": method, "route": route, "state": state})


def is_allowed(method: str, path: str, principal: Principal | None) -> bool:
    """Return whether the pages let a principal do something."""
    try:
        asyncio.run(RoleCheck(PAGES)(request_of(method, path, principal)))
    except RoleError:
        return False
    return True


def test_a_role_may_do_what_lower_roles_may() -> None:
    cases = {
        ("GET", "/login"): "everybody",
        ("HEAD", "/"): "reader",
        ("GET", "/metrics"): "reader",
        ("POST", "/act"): "analyst",
        ("POST", "/deliveries/resend"): "operator",
        ("GET", "/workbench"): "operator",
        ("PUT", "/"): "operator",  # in no table
        ("GET", "/forgotten"): "operator",
    }
    for (method, path), lowest in cases.items():
        allowed = [is_allowed(method, path, None)]
        allowed += [is_allowed(method, path, Principal(role)) for role in AccountRole]
        first = ["everybody", *map(str, AccountRole)].index(lowest)
        assert allowed == [False] * first + [True] * (4 - first), path


def test_a_reader_sees_stories_and_is_told_what_an_action_needs(console: Console) -> None:
    with console.store.write() as connection:
        add_account(connection, "Ada", AccountRole.OPERATOR, cheap_hash(), NOW)
        add_account(connection, "Bert", AccountRole.READER, cheap_hash(), NOW)
    login = [("name", "bert"), ("password", PASSWORD)]
    page = console.submit("/login", login)
    assert "<bdi>Bert</bdi>" in page
    assert 'value="ack"' not in page
    status, refusal = console.post("/act", [("one", "ack:x")])
    assert status == 403
    assert "analyst" in refusal
    assert console.request("/workbench")[0] == 403
    status, refusal = console.post("/api/v1/actions/ack", [])
    assert (status, "This needs the role analyst" in refusal) == (403, True)
    console.language = "de"
    assert "Redaktion" in console.post("/act", [("one", "ack:x")])[1]


def test_operators_see_accounts_and_who_did_what(console: Console) -> None:
    with console.store.write() as connection:
        add_account(connection, "Ada", AccountRole.OPERATOR, cheap_hash(), NOW)
    alert = add_story(console.store, "first", NOW)
    console.submit("/login", [("name", "ada"), ("password", PASSWORD)])
    console.submit("/act", [("one", f"ack:{alert}")])
    back = ("back", f"/alerts/{alert}")
    noted = console.submit("/note", [("alert", alert), ("text", " <i>Call\nKyiv</i> "), back])
    assert "&lt;i&gt;Call Kyiv&lt;/i&gt;" in noted
    assert "The note is empty" in console.submit("/note", [("alert", alert), ("text", " "), back])
    assert console.post("/note", [("alert", "0" * 32), ("text", "x"), back])[0] == 400
    page = console.page("/users?by=Ada").partition("Who did what")[2]
    assert "Kyiv" not in page
    assert page.index("wrote a note") < page.index("acknowledged") < page.index("signed in")
    assert f'href="/alerts/{alert}"' in page
    assert "Nothing was recorded" in console.page("/users?by=Bert")
    console.language = "de"
    assert "hat sich angemeldet" in console.page("/users")
    assert console.request("/users?before=x")[0] in (400, 422)
