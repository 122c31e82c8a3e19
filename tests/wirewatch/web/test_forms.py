"""Fields of forms, and the addresses they lead back to."""

from __future__ import annotations

import pytest

from wirewatch.web.forms import Form, redirect, return_address, with_query


def test_a_field_is_stripped_and_cut_and_empty_if_it_is_missing() -> None:
    form = Form([("a", "  x "), ("a", "y"), ("long", "z" * 600)])
    assert (form.get("a"), form.get("b")) == ("x", "")
    assert len(form.get("long")) == 500


def test_the_values_of_a_field_are_distinct() -> None:
    assert Form([("pick", "1"), ("pick", "2"), ("pick", "1")]).all("pick") == ["1", "2"]


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "",
                "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", "/\t/evil.example"]
)  # fmt: skip
def test_a_form_leads_back_to_a_page_of_this_console_only(address: str) -> None:
    assert return_address(Form([("back", address)]), "/feeds") == "/feeds"


def test_a_form_leads_back_without_the_earlier_confirmation() -> None:
    form = Form([("back", "/?topic=nato&done=ack&n=1&undo=a&q=")])
    assert return_address(form) == "/?topic=nato"


def test_a_redirect_adds_to_the_address() -> None:
    answer = redirect("/?topic=a%26b", done="x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?topic=a%26b&done=x")
    assert with_query("/", []) == "/"
