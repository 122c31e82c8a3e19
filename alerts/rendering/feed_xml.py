"""Elements of feeds in XML, built as a tree so that text cannot become markup. Pure.

Characters that XML 1.0 cannot contain are left out, because one of them would make a reader refuse
the whole feed.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML 1.0 (section 2.2, production 2)."""


def add_element(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """Add an element to another and return it.

    Args:
        parent: The other element.
        name: Name of the new one.
        text: What it contains; untrusted.
        **attributes: Its attributes; ``lang`` is written as ``xml:lang``.
    """
    safe = {_attribute(key): xml_text(value) for key, value in attributes.items()}
    element = ET.SubElement(parent, name, safe)
    element.text = xml_text(text) or None
    return element


def xml_text(text: str) -> str:
    """Return a text without characters that XML 1.0 cannot contain."""
    return _NOT_XML.sub("", text)


def _attribute(key: str) -> str:
    return "xml:lang" if key == "lang" else key
