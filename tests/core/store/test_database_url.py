"""One form of a URL for SQLAlchemy and for PostgreSQL's programs, whatever the operator wrote."""

from __future__ import annotations

import pytest

from config.errors import SettingsError
from core.store.database_url import addresses_of, parse_url

WRITTEN = "target_session_attrs=read-write"
READ = {
    "postgresql://u:p@a/db": ("postgresql://u:p@a/db", "a:5432"),
    "postgresql://u:p@a:5433/db?sslmode=require": (
        "postgresql://u:p@a:5433/db?sslmode=require",
        "a:5433",
    ),
    "postgresql:///db": ("postgresql:///db", "the local socket"),
    "postgresql:///db?host=/run/pg": ("postgresql:///db?host=%2Frun%2Fpg", "/run/pg"),
    "postgresql://u:p@a:1,b:2/db": (
        f"postgresql://u:p@/db?host=a%2Cb&port=1%2C2&{WRITTEN}",
        "a:1, b:2",
    ),
    "postgres://u:p%2C@a,b:2/db?sslmode=require": (
        f"postgres://u:p%2C@/db?host=a%2Cb&port=5432%2C2&sslmode=require&{WRITTEN}",
        "a:5432, b:2",
    ),
    "postgresql://u:p@a,b/db?target_session_attrs=primary": (
        "postgresql://u:p@/db?host=a%2Cb&port=5432%2C5432&target_session_attrs=primary",
        "a:5432, b:5432",
    ),
    "postgresql://u:p@[::1]:1,[fe80::2],b/db": (
        f"postgresql://u:p@/db?host=%3A%3A1%2Cfe80%3A%3A2%2Cb&port=1%2C5432%2C5432&{WRITTEN}",
        "[::1]:1, [fe80::2]:5432, b:5432",
    ),
    "postgresql://u:p@[::1]:7/db": ("postgresql://u:p@[::1]:7/db", "[::1]:7"),
    "postgresql://u:p@/db?host=a,b&port=7": (
        f"postgresql://u:p@/db?host=a%2Cb&port=7&{WRITTEN}",
        "a:7, b:7",
    ),
}


def test_several_servers_are_read_in_every_form_and_the_one_that_takes_writes_is_wanted() -> None:
    read = {text: parse_url(text) for text in READ}
    forms = {
        text: (url.render_as_string(hide_password=False), addresses_of(url))
        for text, url in read.items()
    }
    assert forms == READ


def test_a_bad_url_is_refused_without_being_quoted() -> None:
    for text in (
        "postgresql://u:geheim@a:x/db",
        "postgresql://u:geheim@a:1,b:x/db",
        "postgresql://u:geheim@[::1]x,b/db",
        "geheim",
    ):
        with pytest.raises(SettingsError, match=r"cannot be read.*HOST:PORT,HOST:PORT") as raised:
            parse_url(text)
        assert "geheim" not in str(raised.value)
