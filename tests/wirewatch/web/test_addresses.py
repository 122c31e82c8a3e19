"""Where a request may send the browser."""

from __future__ import annotations

import pytest

from wirewatch.web.addresses import own_address
from wirewatch.web.forms import redirect

ELSEWHERE = [
    "https://evil.example/", "//evil.example/x", "/\\evil.example", "\\/evil.example", "///x.y",
    "javascript:alert(1)", "evil.example", "", " //evil.example", "/\t/evil.example",
    "/\n/evil.example", "/x\r\nLocation: //evil.example", "/ä", "/\ud800", "/x y", "/" + "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("address", ELSEWHERE)
def test_an_address_that_a_browser_may_read_as_another_host_is_replaced(address: str) -> None:
    assert own_address(address, "/feeds") == "/feeds"
    assert redirect(address, done="x").headers["location"] == "/?done=x"


@pytest.mark.parametrize("address", ["/", "/alerts/x?a=%22&b#c", "/a//b", "/@evil.example"])
def test_an_absolute_path_stays_as_it_is(address: str) -> None:
    assert own_address(address) == address
