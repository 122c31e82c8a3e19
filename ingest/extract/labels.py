"""What an element's class, id, role or microdata says it is.

Tokens are words of the attributes, parted at spaces, hyphens, underscores and camel case; one
regex decides an attribute string, and the verdict is remembered because a page repeats a few
strings thousands of times. A label is a claim: :mod:`ingest.extract.zones` decides whether to
believe it (an opinion piece lives in ``class="kommentar"``, Google's own paywall markup puts the
article's body in ``class="paywall"``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PART = re.compile(r"[\s_:.]+|(?<=\w)-+(?=\w)")


@dataclass(frozen=True, slots=True, eq=False)
class Label:
    """One labelled element.

    Attributes:
        zone: What it claims to be; ``chrome`` is navigation and footers, which nobody keeps.
        strong: Whether the claim leaves little doubt.
        element: The element.
    """

    zone: str
    strong: bool
    element: HtmlElement


# Each pattern runs over the attribute's words joined by "-", lower case, with "-" at both ends.
_COMMENTS_STRONG = (
    r"-(?:comments|kommentare|commentaires|kommentarliste|leserkommentare?|leserbriefe?|leserpost|lesermeinungen|"
    r"disqus|livefyre|spotim|openweb|hyvor|coral|viafoura|commento|remark42|cackle|hypercomments|utterances|giscus|"
    r"commentlist|commentlijst|comentarios|kommentarbereich|kommentarbox|comol|respond|kommentarspalte|"
    r"comment-(?:list|respond|form|section|thread|area|body|content|text|item|author|meta|node|wrapper|block|box|reply|widget|feed|stream)|"
    r"(?:user|reader|leser|nutzer|fb|facebook|vk)-(?:comments?|kommentare?)|kommentar-(?:liste?|bereich|form|feld)|"
    r"kommentarform(?:ular)?|commentform|comments?block|forum-(?:posts?|list|thread|comments?|beitraege)|"
    r"posting-?list|postings|komments|commentarea|discussion-(?:list|thread|comments?)|community-comments)-"
)
_COMMENTS_WEAK = (
    r"-(?:comment|kommentar|commentaire|kommentierung|kommentieren|forum|diskussion|discussion|debatte|posting|komment|diskutieren|"
    r"replies|antworten|leserreaktionen)-"
)
_RELATED = (
    r"-(?:related|recommend(?:ed|ations?|er)?|outbrain|taboola|plista|ligatus|zergnet|revcontent|yarpp|jp-relatedposts|"
    r"mehr-zum-thema|(?:read|see|more|siehe|lire)-(?:more|also|next|on|auch|aussi)|readmore|readalso|lesen-sie(?:-auch)?|"
    r"weitere-(?:artikel|themen|beitraege|meldungen)|more-(?:from|stories|news)|most-(?:read|popular|viewed)|"
    r"meistgelesen|meistgelesene|popular-(?:posts|articles|news)|trending|similar|aehnliche|next-article|up-next|"
    r"linklist|link-list|teaser-?list|teaserlist|passend|verwandte?|relatedarticles?|related(?:posts|content|links|stories|news)|"
    r"zum-thema|auch-interessant|lesetipps?|articles?-lies|a-lire|lire-aussi|read-also|po-teme|chitayte)-"
)
_SERVICE = (
    r"-(?:newsletter|sharing|sharebar|share-?buttons?|share-?(?:bar|tools|links|list)|social(?:-(?:media|share|links|bar|buttons|icons))?|"
    r"follow-us|subscribe(?:-box|-form)?|signup|sign-up|cookie|cookies|cookie-?(?:banner|bar|notice)|consent|gdpr|cmp|onetrust|didomi|"
    r"usercentrics|breadcrumbs?|pagination|pager|toolbar|skip-link|donate|donation|spenden|spendenaufruf|support-us|app-promo|"
    r"app-banner|login|loginform|register|registration|tag-?list|tags|article-tags|post-tags|keywords|schlagworte|push-notification|"
    r"correction-form|error-report|print-only|a2a|addtoany|sociable|back-to-top)-"
)
_ADVERT = (
    r"-(?:ad|ads|adv|adsbygoogle|advert|adverts|advertisement|advertorial|advertising|anzeige|anzeigen|werbung|werbebox|sponsor|"
    r"sponsored|dfp|adslot|ad-?(?:slot|box|container|wrapper|unit|banner|label|marker)|google-auto-placed|teads|publicite|reklama|"
    r"promo-?box|promobox|advertbox|adbox|banner-ad|affiliate)-"
)
_AUTHOR = (
    r"-(?:author-?(?:box|bio|info|card|profile|about|description)|about-(?:the-)?author|autoreninfo|autorenbox|autorinfo|"
    r"autor-(?:info|box|bio|profil)|byline-bio|bio-box|post-author-box|autoren-?(?:box|info|profil)|writer-bio)-"
)
_CAPTION = (
    r"-(?:caption|figcaption|wp-caption-text|wp-caption|image-?(?:caption|credit|source|copyright)|photo-?(?:credit|caption)|"
    r"bildunterschrift|bildnachweis|bildquelle|bildtext|copyright|credit|credits|media-caption|img-caption|legende|fotocredit)-"
)
_PAYWALL = (
    r"-(?:paywall|pay-wall|piano|regwall|tp-modal|tp-container|subscription-(?:box|offer|wall|teaser)|abo-?(?:box|teaser|wall|angebot|hinweis|layer)|"
    r"premium-(?:box|offer|teaser|wall|hint)|plus-?(?:teaser|box|wall|layer)|offer(?:s|-box|-page)?|paid-barrier|paywall-?(?:box|offer|overlay)|"
    r"meter-?wall|subscribe-?(?:wall|overlay)|bezahlschranke)-"
)
_ZONES = re.compile(
    "|".join(
        f"(?P<{name}>{pattern})"
        for name, pattern in (
            ("comments", _COMMENTS_STRONG), ("comments_weak", _COMMENTS_WEAK), ("paywall", _PAYWALL),
            ("related", _RELATED), ("author", _AUTHOR), ("caption", _CAPTION), ("service", _SERVICE), ("advert", _ADVERT),
        )
    )
)  # fmt: skip
_COMMENT_TYPES = re.compile(r"schema\.org/(?:User)?Comments?\b", re.IGNORECASE)
_TAGS = {
    "nav": "chrome", "footer": "chrome", "aside": "chrome", "menu": "chrome", "dialog": "chrome",
    "figcaption": "caption", "figure": "caption", "form": "chrome", "fieldset": "chrome", "button": "chrome",
}  # fmt: skip
_ROLES = {"navigation": "chrome", "contentinfo": "chrome", "banner": "chrome", "complementary": "chrome", "search": "chrome", "dialog": "chrome", "alertdialog": "chrome"}
# Set on the whole page to say that there are comments, not that this is them.
_STATUS = re.compile(r"-(?:no|has|with|without|comments?-(?:open|closed|status)|single|page|post|hentry|type)-")


@lru_cache(maxsize=8192)
def _claim(attributes: str) -> tuple[str, bool] | None:
    words = "-" + _PART.sub("-", _CAMEL.sub("-", attributes)).lower().strip("-") + "-"
    found = _ZONES.search(words)
    if not found:
        return None
    zone = found.lastgroup or ""
    if zone == "comments_weak":
        return "comments", False
    return zone, not _STATUS.search(words)


def label_of(element: HtmlElement) -> Label | None:
    """What the element claims to be; None for most."""
    attributes = element.attrib
    tag = element.tag
    if attributes:
        names = f"{attributes.get('id', '')} {attributes.get('class', '')}"
        if names != " " and tag not in ("body", "html"):
            claim = _claim(names[:300])
            if claim:
                return Label(claim[0], claim[1], element)
        if "itemtype" in attributes and _COMMENT_TYPES.search(attributes["itemtype"]):
            return Label("comments", True, element)
        if attributes.get("itemprop") == "comment":
            return Label("comments", True, element)
        role = attributes.get("role")
        if role in _ROLES:
            return Label(_ROLES[role], False, element)
        if role == "comment":
            return Label("comments", True, element)
    zone = _TAGS.get(tag)
    return Label(zone, False, element) if zone else None
