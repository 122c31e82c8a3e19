"""What is masked in the program's own lines, and in what servers say."""

from __future__ import annotations

import base64
import time

import pytest

from config import secrets
from config.secrets import MASK, credentials, mask, mask_foreign, remember, url_secrets

HOOK = "https://desk:pa55wort@hooks.example/hooks/SeCr3t-Tok3n?key=Geheimnis/x+1"
SECRETS = url_secrets(HOOK)


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_known", set())


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "said",
    [
        "Cannot POST /hooks/SeCr3t-Tok3n?key=Geheimnis/x+1",
        "no such hook: SeCr3t-Tok3n",
        "NO SUCH HOOK: SECR3T-TOK3N (secr3t-tok3n)",
        "xSeCr3t-Tok3nx",
        "SeCr3t%2DTok3n SeCr3t%2dTok3n %53eCr3t-Tok3n SeCr3t%252DTok3n",
        'href="/hooks&#x2F;SeCr3t&#45;Tok3n"',
        '{"path":"\\/hooks\\/SeCr3t-Tok3n","u":"SeCr3t\\u002dTok3n"}',
        "SeCr3t-\n Tok3n",
        "SeCr3t-T=\r\nok3n",
        "Geheimnis%2Fx%2B1",
        "https://desk:pa55wort@hooks.example/elsewhere",
        "535 5.7.8 AUTH PLAIN " + encoded("\0desk\0pa55wort"),
        "535 5.7.8 " + encoded("\0desk\0pa55wort") + " is refused",
        "got " + encoded("desk@example.org\0desk\0pa55wort")[:-4],
        "Authorization: Basic " + encoded("desk:pa55wort"),
        encoded("pa55wort"),
        encoded("what? pa55wort!").rstrip("="),
        base64.urlsafe_b64encode("ÿ?>pa55wort".encode()).decode(),
        encoded("desk:pa55wort")[:9] + "\n " + encoded("desk:pa55wort")[9:],
    ],
)
def test_a_secret_that_a_server_repeats_is_masked_in_every_form(said: str) -> None:
    masked = mask_foreign(said, SECRETS)
    assert MASK in masked
    flat = "".join(masked.split()).lower()
    for hidden in ("tok3n", "pa55wort", "geheimnis", *map(str.lower, _BASE64)):
        assert hidden not in flat, masked


_BASE64 = (
    encoded("desk:pa55wort")[6:],
    encoded("\0desk\0pa55wort")[8:-2],
    encoded("pa55wort")[:-2],
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Moved: https://login.example/x?token=abc#d", "Moved: https://login.example/***"),
        ("Location: /login?next=%2Fx&code=77", "Location: /***"),
        ("see //cdn.example/path/x", "see //cdn.example/***"),
        ("https%3A%2F%2Fx.example%2Fa%2Fb", "***"),
        ("tgram://123456:ABC/chat and mailto://me:pw@x.example", "tgram://*** and mailto://***"),
        ("postgresql+psycopg://me:pw@db:5432/news", "postgresql+psycopg://db:5432/***"),
        ("password=abc host=db", "password=*** host=db"),
        ('{"access_token": "abc", "ok": false}', '{"access_token": "***", "ok": false}'),
        ("Authorization: Bearer abcdef", "Authorization: Bearer ***"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc-_", "***"),
        ("id 0123456789abcdef0123456789abcdef", "id ***"),
        ("xoxb-123456789-abc", "***"),
    ],
)  # fmt: skip
def test_paths_queries_and_tokens_of_others_are_masked_too(said: str, shown: str) -> None:
    assert mask_foreign(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown",
        "250 2.0.0 OK 1700000000 a640c23a62f3a-a9df5f8c123si123456.77 - gsmtp",
        'FATAL: password authentication failed for user "x"',
        "Login required. text/html; nginx/1.18.0 and/or {} <b>Not Found</b></html>",
        "Bad Request: chat not found", "invalid_token", "https://x.example",
    ],
)  # fmt: skip
def test_an_answer_without_a_secret_stays_as_it_is(said: str) -> None:
    assert mask_foreign(said, SECRETS) == said


def test_a_short_secret_is_masked_as_a_word_of_its_own_and_only_in_what_a_server_said() -> None:
    remember("tar", "target")
    own = credentials("me", "tar")
    assert mask_foreign("start: tar, TAR; dGFy; guitar", own) == "start: ***, ***; ***; guitar"
    assert mask_foreign("AUTH PLAIN AG1lAHRhcg==", own) == "AUTH PLAIN ***"
    assert mask("the tar starts") == "the tar starts"
    assert mask("targeted at TARGET") == "***ed at ***"


def test_the_ordinary_words_of_a_path_are_no_secrets() -> None:
    assert url_secrets("https://x.example/api/webhooks") == ["api/webhooks"]
    assert url_secrets("https://x.example/webhook") == []
    assert "T0kenOfMine" in url_secrets("slack://T0kenOfMine/B/C")


def test_a_line_of_this_program_shows_the_address_of_an_article_but_no_key() -> None:
    assert mask("https://x.example/news/a-1?id=7") == "https://x.example/news/a-1?id=7"
    form = "Write postgresql://USER:PASSWORD@HOST/DATABASE or smtp://user:password@host:587."
    assert mask(form) == form
    assert mask("https://x.example/feed?id=7&api_key=abc&x=1") == (
        "https://x.example/feed?id=7&api_key=***&x=1"
    )


@pytest.mark.parametrize(
    "unit", ["a.", "a", "token", "h-", "1a_", "eyJ", "?a", "%3a", "://a", "= "]
)
def test_no_answer_makes_masking_slow(unit: str) -> None:
    began = time.process_time()
    mask_foreign((unit * 4_000)[:4_000], SECRETS)
    assert time.process_time() - began < 2


def test_the_token_of_a_callback_is_masked() -> None:
    assert mask('"POST /websub/Tok-En_1?x=y 202"') == f'"POST /websub/{MASK}?x=y 202"'
