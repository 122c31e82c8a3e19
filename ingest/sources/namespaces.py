"""The namespaces of RSS and Atom, those that a feed made up for itself among them.

::

    <rss xmlns="http://example.org/own"> ── adopt_own_namespaces ──▶ <rss>

RSS 2.0 has no namespace, but a feed that declares a default namespace of its own puts its items
into that. What is in it then means what RSS says: which elements belong to the feed itself is seen
by the root, the channel and the items.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
ATOMS = frozenset({ATOM, "http://purl.org/atom/ns#"})
CORE = ATOMS | {
    "",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss",
    "http://backend.userland.com/rss2",
    "http://backend.userland.com/RSS2",
    "http://blogs.law.harvard.edu/tech/rss",
}
"""Namespaces of the elements that RSS and Atom define; feedparser knows them too."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def adopt_own_namespaces(root: etree._Element) -> None:
    """Move the elements of a feed's own namespaces to that of its format.

    A namespace is the feed's own if its root or channel is in it, or items in it are where the
    format has items, and it is none of :data:`CORE`.
    """
    own = {namespace for namespace in _structural_namespaces(root) if namespace not in CORE}
    if not own:
        return
    home = f"{{{ATOM}}}" if split_tag(root.tag)[1] in ("feed", "entry") else ""
    for element in root.iter(*(f"{{{namespace}}}*" for namespace in own)):
        element.tag = home + split_tag(element.tag)[1]
    etree.cleanup_namespaces(root)  # an unused default namespace would take them back


def _structural_namespaces(root: etree._Element) -> Iterable[str]:
    namespace, name = split_tag(root.tag)
    if namespace != _RDF:
        yield namespace
    channels = [root] if name == "channel" else list(root.iterchildren("{*}channel"))
    for parent in (root, *channels):
        if parent is not root:
            yield split_tag(parent.tag)[0]
        for child in parent.iterchildren("{*}item", "{*}entry"):
            namespace = split_tag(child.tag)[0]
            if namespace not in CORE and child.prefix is None:  # with one it is an extension's
                yield namespace


@lru_cache(maxsize=1024)
def split_tag(tag: str) -> tuple[str, str]:
    """Return namespace and local name of a tag."""
    if tag[:1] != "{":
        return "", tag
    namespace, _, name = tag[1:].partition("}")
    return namespace, name
