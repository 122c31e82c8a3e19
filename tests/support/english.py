"""Words by which tests recognise English in German texts."""

from __future__ import annotations

import re

ENGLISH = re.compile(
    r"\b(the|and|not|no|is|are|has|been|held|back|open|closed|acknowledge\w*|stor(?:y|ies)|"
    r"topics?|deliver\w*|older|newest|score|threshold|rules?|weight|shows?|select\w*|"
    r"undo|again|never|now|days?|hours?|ago|failing|quiet|broken|working|entr(?:y|ies)|next|poll|"
    r"language|outlet|severity|headline|text(?=s)|match(?:es)?|sign|close|why|send|attempts?)\b",
    re.IGNORECASE,
)
"""Words of the English catalogues that no German text contains."""
