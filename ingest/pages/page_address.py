"""Compare addresses of pages: variants of one page, and addresses that name no article. Pure.

::

    /politik/wahl-47113.html ◀── /amp/politik/wahl-47113.html · …/wahl-47113.amp?utm_source=rss
                             ◀── /druck/wahl-47113 (resembles it)
    /politik/ · / · /null · /login ── name no article

A page that claims another address may be wrong: templates name the section, the homepage or the
article before. Such a claim is believed only if something else agrees with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from ingest.urls import canonical_url, same_site

_VARIANTS = frozenset(
    str.split(
        "amp amphtml print druck drucken druckansicht druckversion printversion imprimer mobile "
        "mobil m"
    )
)
_FILLERS = _VARIANTS | frozenset(str.split("raw full index default story article artikel"))
_NO_ARTICLE = frozenset(
    str.split(
        "null undefined none nan false true 404 500 error fehler login log-in signin sign-in "
        "anmelden anmeldung auth account konto register registrieren subscribe abo search suche "
        "consent zustimmung home start startseite homepage index default"
    )
)
_EXTENSION = re.compile(
    r"(?:[._,-](?:amp|print|mobile|m))*(?:\.(?:x?html?|php\d?|aspx?|jsp|amp))*$"
)
_SCRIPT = re.compile(r"(?:\.(?:php\d?|aspx?|jsp|cgi|do)|/)\?", re.IGNORECASE)
_IDENTIFIES = re.compile(
    r"(?:\w*id|\w*nr|\w*no|[a-z]|\w*(?:article|artikel|story|news|page|seite|doc|item|key|slug))="
)
_PARTS = re.compile(r"[^\W_]+")
_ID = re.compile(r"(?<![^\W_])(?!(?:19|20)\d{6}(?!\d))(?:\d{5,}|(?=[a-z]*\d)[a-z\d]{6,})(?![^\W_])")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class _Address:
    """An address without what only says how its page is shown.

    Attributes:
        key: Host and path.
        query: Its parameters without tracking.
        slug: The words of the last part of the path.
        ids: What looks like the id of an article: numbers of five digits or more, and letters mixed
            with digits; no dates.
    """

    key: tuple[str, ...]
    query: frozenset[str]
    slug: frozenset[str]
    ids: frozenset[str]


def is_same_page(a: str, b: str) -> bool:
    """Return whether two URLs are of one page, shown in whatever way: mobile, AMP, in print."""
    if canonical_url(a) == canonical_url(b):
        return True
    one, other = _address(a), _address(b)
    if one.key != other.key or len(one.key) < 2:
        return False
    is_shortened = one.query <= other.query or other.query <= one.query
    return is_shortened and (_has_slug(one) or not _identify(one.query ^ other.query, a + b))


def resembles(a: str, b: str) -> bool:
    """Return whether two URLs seem to be of one article: an id or most words in common."""
    one, other = _address(a), _address(b)
    if one.ids and other.ids:
        return bool(one.ids & other.ids)
    return is_same_page(a, b) or _share(one.slug, other.slug) >= 0.6


def agrees_with_title(url: str, titles: Sequence[str]) -> bool:
    """Return whether most words of an address are in a title of its page."""
    slug = {word for word in _address(url).slug if not word.isdigit()}
    words = set[str]().union(*(_words(title) for title in titles))
    return len(slug) >= 2 and len(slug & words) >= 0.6 * len(slug)


def names_article(url: str) -> bool:
    """Return whether a URL can be that of an article: no homepage, section or error page.

    An address of an article has an id, or several words in the last part of its path.
    """
    path = [part for part in unquote(urlsplit(url).path).lower().split("/") if part]
    if not path or _EXTENSION.sub("", path[-1]) in _NO_ARTICLE or path[0] in _NO_ARTICLE:
        return False
    return _is_article(_address(url))


def is_above(url: str, link: str) -> bool:
    """Return whether a URL is above a link in the same site: ``/politik/`` of ``/politik/a-7``."""
    above = urlsplit(url).path.rstrip("/") + "/"
    path = urlsplit(link).path
    return same_site(url, link) and path.startswith(above) and path.rstrip("/") + "/" != above


def _identify(parameters: frozenset[str], urls: str) -> bool:
    """Return whether parameters that only one of two URLs has say which article it is."""
    is_script = _SCRIPT.search(urls) is not None
    return any(is_script or _IDENTIFIES.match(parameter) for parameter in parameters)


def _has_slug(address: _Address) -> bool:
    in_path = _ID.search("/".join(address.key[1:])) is not None
    return in_path or len(address.slug) >= 3


def _is_article(address: _Address) -> bool:
    has_number = any(any(c.isdigit() for c in part) for part in (*address.key[1:], *address.query))
    return _has_slug(address) or bool(address.ids) or has_number


@lru_cache(maxsize=256)
def _address(url: str) -> _Address:
    parts = urlsplit(canonical_url(url))
    path = [_EXTENSION.sub("", part) for part in unquote(parts.path).lower().split("/")]
    kept = [part for part in path if part and part not in _FILLERS]
    query = frozenset(p for p in parts.query.lower().split("&") if p and not _is_variant(p))
    ids = frozenset(_ID.findall("/".join(kept) + " " + parts.query))
    return _Address((parts.netloc, *kept), query, _words(kept[-1] if kept else ""), ids)


def _is_variant(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    return name in _VARIANTS or value in _VARIANTS


def _words(text: str) -> frozenset[str]:
    return frozenset(_PARTS.findall(text.lower().translate(_LETTERS)))


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller >= 3 else 0.0
