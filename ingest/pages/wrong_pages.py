"""Answers that are another page than the article's: their outcomes, and when to ask again."""

from __future__ import annotations

from datetime import timedelta

WRONG_PAGES = frozenset(
    {"not_found_page", "login_page", "refusal_page", "maintenance_page", "challenge_page"}
    | {"consent_wall", "interstitial", "script_page", "redirect_stub"}
    | {"other_page", "section_page", "list_page", "homepage", "empty"}
)
"""Outcomes of pages that answered 200 and are not the article. Until one is, the article has the
text of the feed, and the outcome is one of its flags."""

WRONG_PAGE_WAITS = (timedelta(minutes=10), timedelta(hours=2), timedelta(hours=24))
"""Waits before the attempts after such an answer. Maintenance and challenges pass within minutes,
an article that was announced too early appears within hours; after a day the text of the feed
stays."""
