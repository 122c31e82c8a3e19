"""Mask secrets: in the program's own lines, and in what servers outside say.

::

    settings, ${NAME}, secret options ─▶ remember ─┐
                                                   ▼
    own lines (logs, messages of commands) ─▶ mask ─────────▶ known secrets, what looks like one
    what a server said ─────────────────────▶ mask_foreign ─▶ the same, and every path, query, token

A known secret is masked in every form in which a server may repeat it: in upper or lower case,
percent-encoded, escaped for HTML or JSON, broken over lines, and within base64 (``AUTH PLAIN``,
``AUTH LOGIN``, ``Basic``). One of six characters or more is masked wherever it appears, also inside
a longer word. A shorter one would blot out ordinary words, so it is masked only as a word of its
own, and only in what a server said.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Iterable
from functools import lru_cache
from html import unescape
from typing import Final
from urllib.parse import unquote, urlsplit

MASK: Final = "***"

SHORTEST: Final = 6
"""Characters of a secret that is masked wherever it appears: ``8080`` would hide too much."""

_ORDINARY: Final = frozenset(
    [
        "alerts",
        "channels",
        "incoming",
        "message",
        "messages",
        "notifications",
        "notify",
        "sendmessage",
        "services",
        "triggers",
        "webhook",
        "webhooks",
        "workflows",
    ]
)
"""Parts of the paths of webhooks that are no secret by themselves."""

_OWN_LINES: Final = (
    (re.compile(r"(://)(?!(?i:user:pass(?:word)?)@)[^/\s@]+@"), rf"\1{MASK}@"),
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), f"whsec_{MASK}"),
    (re.compile(r"(/bot)\d+:[A-Za-z0-9_-]+"), rf"\1{MASK}"),  # api.telegram.org/bot<token>/
    (re.compile(r"(/(?:alert-feeds|websub)/)[^/\s\"'?]+"), rf"\1{MASK}"),
    (re.compile(r"(hooks\.slack\.com/\w+/)[^\s\"']+"), rf"\1{MASK}"),
    (
        re.compile(
            r"([?&](?:[\w-]*(?:token|secret|passw\w*|signature|api_?key)|key|sig|auth|pwd)=)"
            r"[^&\s\"'<>]+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)
"""What looks like a secret in a line of this program."""

_SHOWS_ITS_HOST = r"(?:https?|wss?|smtps?|postgres\w*(?:\+\w+)?|kafka)"
_IS_HOST = re.compile(r"[.:]|^localhost$")
_SHOWN_HOST = re.compile(_SHOWS_ITS_HOST)
_REST_OF_URL = r"[^\s\"'<>()\[\]]"

_FOREIGN: Final = (
    (
        re.compile(rf"\b[a-z][a-z0-9+.-]{{0,20}}%3a(?:%2f|/){{2}}{_REST_OF_URL}*", re.IGNORECASE),
        MASK,
    ),
    (
        re.compile(
            rf"(?<![\w+.-])({_SHOWS_ITS_HOST}:)\\?/\\?/(?:[^\s/@]*@)?([^\s/?#\\\"'<>()]*)"
            rf"(?:\\?[/?#]{_REST_OF_URL}+)",
            re.IGNORECASE,
        ),
        rf"\1//\2/{MASK}",
    ),
    (  # Apprise puts tokens in place of the host
        re.compile(
            rf"(?<![\w+.-])(?!{_SHOWS_ITS_HOST}:)([a-z][a-z0-9+.-]{{1,30}}:)\\?/\\?/{_REST_OF_URL}+",
            re.IGNORECASE,
        ),
        rf"\1//{MASK}",
    ),
    (
        re.compile(
            rf"\b((?:(?:[a-z0-9-]{{1,63}}\.){{1,8}}[a-z]{{2,20}}|\d+(?:\.\d+){{3}}|localhost)"
            rf"(?::\d+)?)"
            rf"\\?/(?!\*){_REST_OF_URL}+",
            re.IGNORECASE,
        ),
        rf"\1/{MASK}",
    ),
    (re.compile(rf"(?<![\w/<.:*\\])\\?/(?!\*)[\w.~%@:-]{_REST_OF_URL}*"), f"/{MASK}"),
    (re.compile(rf"\?[^\s=\"'<>?]{{1,100}}={_REST_OF_URL}*"), f"?{MASK}"),
    (
        re.compile(
            r"([\w-]{0,30}(?:token|secret|passw\w{0,20}|pwd|signature|api[_-]?key|credential|cookie|session"
            r"|authorization)\w{0,20}[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer)\s+)?)[^\s\"'<>,;&}]+",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            r"\b((?i:basic|bearer|plain|login|digest|xoauth2|oauthbearer)\s+)"
            r"(?=\S*(?:[0-9=+/]|[a-z][A-Z]))[A-Za-z0-9+/=._~-]{8,}"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}"), MASK),  # a JSON Web Token
    (re.compile(r"\b(?:xox[a-z]-|gh[a-z]_|github_pat_|sk_live_|tk_|glpat-)[\w-]{8,}"), MASK),
    (re.compile(r"\b\d{6,}:[\w-]{20,}"), MASK),  # a bot of Telegram
    (re.compile(r"(?<![\w+/=])(?=[A-Za-z_+/]*\d)(?=[\d_+/]*[A-Za-z])[\w+/=]{32,}", re.ASCII), MASK),
)
"""What looks like a secret in an answer, or says where one is; in this order."""

_known: set[str] = set()
_lock = threading.Lock()


def remember(*values: str) -> None:
    """Mask these texts from now on wherever they appear."""
    with _lock:
        _known.update(value for value in values if len(value) >= SHORTEST)


def mask(text: str) -> str:
    """Return a line of this program with every secret replaced by ``***``."""
    text = _mask_known(text, _known.copy())
    for pattern, masked in _OWN_LINES:
        text = pattern.sub(masked, text)
    return text


def mask_foreign(text: str, secrets: Iterable[str] = ()) -> str:
    """Return what a server said without what may be a secret: every path, query and token.

    Args:
        text: What it said, with line feeds where it had them.
        secrets: What was sent to it: the parts of a URL, a token, a password.
    """
    own = {secret for secret in secrets if secret}
    text = _mask_known(text, {*_known.copy(), *(s for s in own if len(s) >= SHORTEST)})
    for secret in own:
        if len(secret) < SHORTEST:
            text = _short_pattern(secret).sub(MASK, text)
    for pattern, masked in (*_OWN_LINES, *_FOREIGN):
        text = pattern.sub(masked, text)
    return text


def url_secrets(url: str) -> list[str]:
    """Return the parts of a URL that may be secrets.

    These are the path with its parts, the query with its values, and user name with password; also
    what stands for the host, where Apprise's schemes have a token there.
    """
    try:
        parts = urlsplit(url)
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return [url]
    path, host = parts.path.strip("/"), parts.netloc.rpartition("@")[2]
    hosts = [] if _SHOWN_HOST.fullmatch(parts.scheme) or _IS_HOST.search(host) else [host]
    values = [pair.partition("=")[2] for pair in parts.query.split("&")]
    pieces = [path, parts.query, *values, *path.split("/"), *hosts]
    secrets = [p for p in pieces if len(p) >= SHORTEST and p.lower() not in _ORDINARY]
    return [*dict.fromkeys([*secrets, *credentials(unquote(user), unquote(password))])]


def credentials(user: str, password: str) -> list[str]:
    """Return what has to be masked of a user name and a password; nothing without a password."""
    if not password:
        return []
    pairs = (f"{user}:{password}", f"\0{user}\0{password}", f"{user}\0{user}\0{password}")
    return [password, *pairs, *(_base64(text) for text in (password, *pairs))]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def _mask_known(text: str, secrets: Iterable[str]) -> str:
    """Replace every form of secrets of at least :data:`SHORTEST` characters.

    Most texts contain none, so a cheap comparison without case, blanks and escapes comes first.
    """
    flat = _flat(text)
    flat64 = flat.translate(_STANDARD_BASE64)
    for secret in sorted(secrets, key=len, reverse=True):
        plain, cores = _probes(secret)
        if plain in flat:
            text = _pattern(secret).sub(MASK, text)
        for core, lower in cores:
            if lower in flat64:
                text = _base64_pattern(core).sub(MASK, text)
    return text


@lru_cache(1_000)
def _probes(secret: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what to look for in a flat text: the secret, and its base64 as it is and flat."""
    return _flat(secret), tuple((core, core.lower()) for core in _base64_cores(secret))


_BLANKS = re.compile(r"[\s\\]+|=(?=\s)")
_STANDARD_BASE64 = str.maketrans("-_", "+/")


def _flat(text: str) -> str:
    """Return a text in lower case without blanks, backslashes and escapes."""
    text = _BLANKS.sub("", text)
    for _ in range(2):  # a redirect encodes what is encoded already
        text = unquote(text) if "%" in text else text
    text = unescape(text) if "&" in text else text
    if "u00" in text:  # JSON; its backslash is gone
        text = _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.lower()


_JSON_ESCAPE = re.compile(r"u(00[0-7][0-9a-fA-F])")

_GAP = r"(?:=?\s+)?"
"""Between two characters: a line may be broken anywhere, as quoted-printable does with ``=``."""


@lru_cache(1_000)
def _pattern(secret: str) -> re.Pattern[str]:
    return re.compile(_GAP.join(map(_spellings, secret)), re.IGNORECASE)


@lru_cache(1_000)
def _short_pattern(secret: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){_pattern(secret).pattern}(?![^\W_])", re.IGNORECASE)


@lru_cache(3_000)
def _base64_pattern(core: str) -> re.Pattern[str]:
    """Return a pattern of a base64 text, with what stands before and after it."""
    letters = (_spellings(c) if c not in "+/" else f"(?:[+/_-]|%{ord(c):02x})" for c in core)
    run = r"[A-Za-z0-9+/_-]{0,200}"
    return re.compile(f"{run}{_GAP.join(letters)}{run}(?:=|%3d){{0,2}}", re.IGNORECASE)


def _spellings(character: str) -> str:
    """Return a pattern of the ways to write a character: plain, in a URL, in HTML, in JSON."""
    octets = "".join(f"%(?:25)?{o:02x}" for o in character.encode("utf-8", "surrogatepass"))
    code = ord(character)
    ways = [rf"\\?{re.escape(character)}", octets, f"&#0*{code};", f"&#x0*{code:x};"]
    ways += [rf"\\u{code:04x}"] if code < 0x10000 else []
    ways += [f"&{name};" for name in _NAMES.get(character, ())]
    return f"(?:{'|'.join(ways)})"


_NAMES = {"&": ("amp",), "<": ("lt",), ">": ("gt",), '"': ("quot",), "/": ("sol",)}


def _base64_cores(secret: str) -> tuple[str, ...]:
    """Return what base64 makes of a secret within a longer text, wherever it begins there.

    Three octets become four letters, so there are three ways; letters that depend on the octets
    before and after the secret are left out.
    """
    octets = secret.encode("utf-8", "surrogatepass")
    cores = []
    for before, first in ((0, 0), (1, 2), (2, 3)):
        length = (before + len(octets)) * 8 // 6
        encoded = base64.b64encode(bytes(before) + octets).decode("ascii")
        cores.append(encoded[first:length])
    return tuple(core for core in cores if len(core) >= SHORTEST)
