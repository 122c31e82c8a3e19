"""URLs of articles: one form to request, one to show, one to identify articles by.

::

    raw ── fetchable_url ──▶ what is requested       (bytes of path and query unchanged)
                ├── shown_url ──▶ what readers get       (without tracking, session, fragment)
                └── canonical_url ──▶ the identity of the article   (never requested)

An article may be linked as http and https, with ``www.``, ``m.`` or ``amp.``, with tracking
parameters, session ids and fragments. URLs that differ in anything else are different articles.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from urllib.parse import unquote_plus, urlsplit

import tldextract

from core.http import wire_url

CANONICAL_VERSION = 2
"""Increase it with every change of ``canonical_url``: the ids of articles depend on it."""

# Names that only tell how a reader came to the page: of ad networks, mailers and web analytics,
# including those used in Germany (Mapp/Webtrekk wt_, etracker etcc_, AT Internet xtor and at_).
_TRACKING_NAMES = """
fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh
li_fat_id mc_cid mc_eid mkt_tok hmb_campaign hmb_medium hmb_source _hsenc _hsmi __hssc __hstc
__hsfp hsctatracking hsa_acc hsa_ad hsa_cam hsa_grp hsa_kw hsa_mt hsa_net hsa_src hsa_tgt
hsa_ver oly_anon_id oly_enc_id vero_conv vero_id wickedid _openstat openstat ef_id s_kwcid
s_cid rb_clickid soc_src soc_trk guccounter guce_referrer guce_referrer_sig ncid cmpid cmp_id
cndid srsltid campaign_id campaign_medium campaign_name campaign_source campaign_term
campaign_content itm_campaign itm_medium itm_source itm_content itm_term int_cmp intcmp icid
cm_mmc cm_mmca1 echobox sharetype smid smtyp sfnsn mibextid _gl _ga _branch_match_id
_branch_referrer at_medium at_campaign at_custom1 at_custom2 at_custom3 at_custom4 at_link_id
at_link_origin at_link_type at_ptr_name at_bbc_team at_format at_campaign_type at_recipient_id
at_recipient_list wt_mc wt_zmc wt_mc_o wt_cc1 wt_ga wt_kw wt_ref wt_t wt_z wtrid wtmc xtor xts
xtref etcc_cmp etcc_med etcc_acy etcc_var etcc_grp etcc_bky etcc_ctv etcc_plc etcc_cu etcc_cust
emvcc nsctrid ref_src ref_url referrer_guid dicbo obref tblci outputtype echobx
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
_MOST_PASSES = 8  # what an escape hides (`%61mp;`) shows in the next pass; two are enough for links
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "ns_", "hsa_", "oft_", "vero_")

# Names that servers give to session ids (PHP, Java, ASP, ColdFusion, Perl shops). "sid" may as well
# be the id of a story: it is a session's only if it looks like one.
_SESSION_NAMES_TEXT = """
phpsessid jsessionid sessionid session_id sess_id sessid cfid cftoken cfsid oscsid zenid xtcsid
modsid sailthru_sid php_session_id fe_typo_user
"""
_SESSION_NAMES = frozenset(_SESSION_NAMES_TEXT.split())
_SESSION_PREFIXES = ("aspsessionid", "sess_")
_MAYBE_SESSION_NAMES = frozenset({"sid", "s_id", "session", "sess", "ssid", "psid"})
_SESSION_VALUE = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z,_-]{20,}|[0-9a-fA-F]{16,}")
_SESSION_IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sessionid|sid)=[^/;]*|/\([A-Z]\([0-9A-Za-z_-]{12,}\)\)(?=/)",
    re.IGNORECASE,
)

# Names that are tracking on one site and may be part of the URL on others.
_TRACKING_BY_SITE = {
    "bbc.co.uk": {"ocid", "intlink_from_url"},
    "bbc.com": {"ocid", "intlink_from_url"},
    "bild.de": {"cid"},
    "cnn.com": {"cid", "iid"},
    "dw.com": {"maca"},
    "faz.net": {"service", "premium"},
    "heise.de": {"source", "hg"},
    "nytimes.com": {"partner", "emc", "rss"},
    "spiegel.de": {"sara_ref"},
    "theguardian.com": {"cmp"},
    "welt.de": {"source", "cid"},
    "zeit.de": {"page_source"},
}
_SOURCES_THAT_TRACK = re.compile(
    r"(rss|feed|atom|twitter|facebook|newsletter|push|whatsapp)", re.IGNORECASE
)
_ONLY_AS_A_SOURCE = frozenset({"ref", "source", "src", "from", "via"})
_MIRRORS = re.compile(r"^(?:(?:www\d?|m|mobile|mobil|amp)\.)+(?=[^.]+\.)")
_ANCHOR = re.compile(r"[\w.:-]{1,100}")
_BREAKS = str.maketrans("", "", "\t\r\n")
_ESCAPED = re.compile(r"&(?:amp;)+")
_PERCENT = re.compile(r"%(?:[0-9a-fA-F]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

# What most links of feeds look like: nothing in them is changed by `fetchable_url`.
_PLAIN = re.compile(
    r"https?://([a-z0-9.-]+)((?:/[A-Za-z0-9_,./-]*)?)(?:\?([A-Za-z0-9_=&.-]*))?(?:#[A-Za-z0-9_=.-]*)?"
)
_PLAIN_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}")
_LONGEST_PLAIN = 250

# Only in a URL with one of these can a second pass find something that the first one did not.
_MAY_HIDE = re.compile(r"[%;&@]|/\.")

_CONSENT_HOSTS = ("consent.google.", "consent.yahoo.com", "consent.youtube.com", "guce.")
_CONSENT_PATHS = re.compile(
    r"^https?://(?:[^/]*\.)?(?:spiegel\.de/consent-a-|zeit\.de/zustimmung\b"
    r"|derstandard\.[a-z]+/consent|[^/]+/(?:consent|cookie-?wall|zustimmung)(?:[/?#.]|$))",
    re.IGNORECASE,
)
# Whole titles, or beginnings that no headline has: there are articles about consent.
_CONSENT_TITLES = re.compile(
    r"before you continue\b|bevor (?:sie|du) (?:zu \w+ )?(?:weitergeh|fortf)"
    r"|.*\bmit werbung oder im pur-abo|zustimmung erforderlich(?:\s*[|–-].*)?$"
    r"|yahoo (?:is part of the|ist teil der) yahoo"
    r"|(?:datenschutz|privacy|cookie|consent)[ -]?"
    r"(?:einstellungen|settings|consent|zustimmung|choices|banner)?(?:\s*[|–-]\s*[\w. ]+)?$",
    re.IGNORECASE,
)


def fetchable_url(raw: str, base: str | None = None) -> str | None:
    """Return the absolute URL of a link, changed only as a browser would change it.

    Args:
        raw: As the feed or page has it; ``&amp;`` that was escaped several times is corrected.
        base: The feed, page or ``xml:base`` that it is relative to.

    Returns:
        None for other schemes than http and https, for more than 2048 characters, and for a URL
        with a user name or password.
    """
    # Breaks first, as a browser removes them: `&<tab>amp;` would become an escape that is left.
    return wire_url(_ESCAPED.sub("&", raw.translate(_BREAKS)), base)


def canonical_url(url: str) -> str:
    """Return the identity of an article's URL; see ``CANONICAL_VERSION``.

    Args:
        url: Absolute; one that cannot be requested is returned without surrounding blanks.
    """
    if len(url) <= _LONGEST_PLAIN and "/." not in url and (plain := _PLAIN.fullmatch(url)):
        host, path, query = plain.groups()
        if _is_plain_host(host):
            return _identity(host, "", path, query or "", "")
    for _ in range(_MOST_PASSES):
        before, url = url, _canonical_once(url)
        if url == before or not _MAY_HIDE.search(url):
            break
    return url


def _canonical_once(url: str) -> str:
    fetchable = fetchable_url(url)
    if fetchable is None:
        return url.strip()
    parts = urlsplit(fetchable)
    host = (parts.hostname or "").rstrip(".")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = _same_escapes(_SESSION_IN_PATH.sub("", parts.path))
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return _identity(host, port, path, parts.query, fragment)


@lru_cache(maxsize=4096)
def _is_plain_host(host: str) -> bool:
    return _PLAIN_HOST.fullmatch(host) is not None


@lru_cache(maxsize=4096)
def _without_mirror(host: str) -> str:
    host = _MIRRORS.sub("", host)
    return f"[{host}]" if ":" in host else host


def _identity(host: str, port: str, path: str, query: str, fragment: str) -> str:
    host = _without_mirror(host)
    if query:
        query = _without_tracking(query, registrable_domain(host) or host)
    mark = "?" if query else ""
    return f"https://{host}{port}{path.rstrip('/')}{mark}{query}{fragment}"


def shown_url(url: str, *, keep_anchor: bool = False) -> str:
    """Return a URL for readers: without tracking, session id and fragment, otherwise unchanged.

    Args:
        url: Absolute.
        keep_anchor: Whether the fragment stays: it leads to the part of the page that is meant.
    """
    parts = urlsplit(url)
    site = registrable_domain(parts.hostname or "") or parts.hostname or ""
    query = "&".join(p for p in parts.query.split("&") if p and not _tracks(p, site))
    fragment = parts.fragment if keep_anchor or parts.fragment.startswith("!") else ""
    path = _SESSION_IN_PATH.sub("", parts.path)
    return parts._replace(path=path, query=query, fragment=fragment).geturl()


def same_site(a: str, b: str) -> bool:
    """Return whether two URLs have the same publisher: the same registrable domain.

    Hosts under a shared suffix (``a.blogspot.com``, ``b.blogspot.com``) are different publishers.
    """
    left, right = (urlsplit(u).hostname or "" for u in (a, b))
    if left == right:
        return bool(left)
    domain = registrable_domain(left, shared=True)
    return domain is not None and domain == registrable_domain(right, shared=True)


def is_homepage(url: str) -> bool:
    """Return whether a URL consists of a host and nothing else."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def anchor_of(url: str) -> str:
    """Return the fragment of a URL if it may name a part of the page, such as ``p17``.

    ``ref=rss`` and the like say how a reader came there; ``!`` begins the path of a script.
    """
    fragment = urlsplit(url).fragment if "#" in url else ""
    return fragment if _ANCHOR.fullmatch(fragment) else ""


def homepage_of(url: str) -> str:
    """Return the URL of the homepage of a page's site."""
    return urlsplit(url)._replace(path="/", query="", fragment="").geturl()


def is_consent_wall(final_url: str, title: str, *, moved: bool = True) -> bool:
    """Return whether a request ended at a page that asks for consent or a subscription.

    Args:
        final_url: Where it ended.
        title: The title of that page; empty if it does not matter.
        moved: Whether redirects led there: a link to ``/zustimmung`` is an article about it.
    """
    host = urlsplit(final_url).hostname or ""
    return (
        host.startswith(_CONSENT_HOSTS)
        or (moved and bool(_CONSENT_PATHS.match(final_url)))
        or bool(_CONSENT_TITLES.match(title.strip()))
    )


def hides_address(url: str) -> bool:
    """Return whether a link is of Google News, which hides the address of the article.

    It leads to a page that asks for consent, and only undocumented requests reveal the address.
    """
    parts = urlsplit(url)
    is_article = parts.path.startswith(("/rss/articles/", "/articles/", "/read/", "/__i/"))
    return parts.hostname == "news.google.com" and is_article


@lru_cache(maxsize=4096)
def registrable_domain(host: str, *, shared: bool = False) -> str | None:
    """Return the registrable domain, such as ``example.co.uk`` for ``www.example.co.uk``.

    Args:
        host: A host name in ASCII.
        shared: Whether suffixes under which anybody can have a name (``blogspot.com``) count as
            suffixes.

    Returns:
        None for IP addresses, for ``localhost`` and for a suffix alone.
    """
    parts = _suffixes()(host, include_psl_private_domains=shared)
    return parts.top_domain_under_public_suffix or None


@cache
def _suffixes() -> tldextract.TLDExtract:
    """Return the public suffix list that is part of the library: no network, no file written."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def _same_escapes(text: str) -> str:
    """Return one form of equivalent escapes: of ``%7e`` and ``~``, of ``%c3`` and ``%C3``.

    A ``%`` that escapes nothing becomes ``%25``: with what follows it could become an escape.
    """
    return _PERCENT.sub(_unescape, text) if "%" in text else text


def _unescape(match: re.Match[str]) -> str:
    if len(match[0]) == 1:
        return "%25"
    char = chr(int(match[0][1:], 16))
    return char if _UNRESERVED.fullmatch(char) else match[0].upper()


def _without_tracking(query: str, site: str) -> str:
    parameters = [p for p in query.split("&") if p and not _tracks(p, site)]
    return "&".join(sorted(map(_same_escapes, parameters)))


def _tracks(parameter: str, site: str) -> bool:
    name, _, value = parameter.partition("=")
    name = unquote_plus(name).lower()
    if name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or _is_session(name, value):
        return True
    if name in _TRACKING_BY_SITE.get(site, ()):
        return True
    return name in _ONLY_AS_A_SOURCE and bool(_SOURCES_THAT_TRACK.match(value))


def _is_session(name: str, value: str) -> bool:
    """Return whether a parameter is the id of a session, which each visitor gets anew."""
    if name in _SESSION_NAMES or name.startswith(_SESSION_PREFIXES):
        return True
    return name in _MAYBE_SESSION_NAMES and bool(_SESSION_VALUE.fullmatch(value))
