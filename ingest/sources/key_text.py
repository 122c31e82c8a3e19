"""The text of keys that identify entries: cleaned guids and links, in bounded length."""

from __future__ import annotations

import hashlib
import re

from core.text.clean import clean
from ingest.sources.visible_text import LONGEST_PLACEHOLDER, is_placeholder

LONGEST_KEY = 500
"""Characters of a key that is stored as it is."""

_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


def clean_id(text: str) -> str:
    """Return the clean text of a guid or link, empty for a word for "none"."""
    is_clean = text.isascii() and text.isprintable() and " " not in text
    text = text if is_clean else clean(text)
    return "" if len(text) <= LONGEST_PLACEHOLDER and is_placeholder(text) else text


def without_scheme(url: str) -> str:
    """Return a guid or link without its scheme: a site that moves to https changes its guids."""
    return url[6:] if url.startswith("https://") else _SCHEME.sub("//", url)


def bounded_key(key: str) -> str:
    """Return a key, or its hash where it is too long to store."""
    return key if len(key) <= LONGEST_KEY else f"hash:{hash_of(key.encode())}"


def hash_of(data: bytes) -> str:
    """Return 32 hex digits of the hash of some bytes."""
    return hashlib.sha256(data).hexdigest()[:32]
