"""The door for what servers say."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from core.store.errors import as_store_error
from core.text import foreign_text

SECRET = "SeCr3t-Tok3n"


@pytest.mark.parametrize(
    "said",
    [
        f"no hook {SECRET}".encode(),
        b"\xff\xfe SeCr3t\xe2\x80\x8b-Tok\xc2\xad3n",
        "SeCr3t\x00-\x1bTok3n",
        "S\u200de\u200dC\u200dr\u200d3\u200dt-Tok3n",
        " ".join(["word"] * 30) + SECRET[:10] + "\r\n" + SECRET[10:],
    ],
)
def test_nothing_invisible_splits_a_secret(said: str | bytes) -> None:
    line = foreign_text(said, [SECRET])
    assert "***" in line
    assert "tok" not in line.lower()
    assert "\n" not in line


def test_a_secret_is_not_cut_in_half_by_the_length_of_the_line_or_of_what_is_read() -> None:
    assert foreign_text("x" * 190 + f" {SECRET} more", [SECRET], limit=196) == "x" * 190 + " ***…"
    blanks = "https://x.example/" + "a" * 3_980 + " " + SECRET
    assert "SeCr3t" not in foreign_text(blanks, [SECRET])


def test_an_error_of_a_database_shows_no_password() -> None:
    cause = Exception(
        'connection to "postgresql://me:hunter2@db.example/news?sslpassword=x9" failed:'
        " password=hunter2\nDETAIL: Key (url)=(https://x.example/a?token=1) exists"
    )
    error = str(as_store_error(OperationalError("SELECT 'hunter2'", {}, cause)))
    assert "hunter2" not in error
    assert "x9" not in error
    assert "token" not in error
    assert "db.example" in error
