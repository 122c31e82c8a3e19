"""The filter of the stories page, read from the page's address. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from config.i18n import Translator
from core.store.console import story_list
from core.text import clean_line
from wirewatch.web.forms import with_query

PRESETS = {"shift": timedelta(hours=8), "24h": timedelta(hours=24), "week": timedelta(days=7)}
"""Values of the parameter ``last``; a shift has eight hours."""

FIELDS = ("q", "topic", "state", "outlet", "language", "country", "severity", "from", "to", "last")

FOLDED_FIELDS = ("outlet", "language", "country", "severity", "from", "to")
"""Fields that the form hides until one of them is used."""

PERIOD_FIELDS = ("from", "to", "last")

DEFAULT_STATE = "told"


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """The filter as the address has it, without empty and invalid values.

    Attributes:
        values: By name of the parameter.
    """

    values: Mapping[str, str]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> StoryQuery:
        """Read the filter from an address; untrusted."""
        values = {name: clean_line(query.get(name, ""), 200) for name in FIELDS}
        values["from"], values["to"] = _valid_day(values["from"]), _valid_day(values["to"])
        if values["state"] not in story_list.STATES or values["state"] == DEFAULT_STATE:
            values["state"] = ""
        if values["last"] not in PRESETS or values["from"] or values["to"]:
            values["last"] = ""
        return cls({name: value for name, value in values.items() if value})

    def get(self, name: str) -> str:
        """Return a value; empty if the filter does not use it."""
        return self.values.get(name, "")

    def story_filter(self, now: datetime, zone: tzinfo = UTC) -> story_list.StoryFilter:
        """Return the filter as the store takes it.

        Args:
            now: The present.
            zone: The reader's time zone, in which days begin.
        """
        since, until = _start_of(self.get("from"), zone), _end_of(self.get("to"), zone)
        if self.get("last"):
            since = now - PRESETS[self.get("last")]
        return story_list.StoryFilter(
            topic=self.get("topic"),
            outlet=self.get("outlet"),
            language=self.get("language"),
            country=self.get("country"),
            severity=self.get("severity"),
            state=self.get("state") or DEFAULT_STATE,
            text=self.get("q"),
            since=since,
            until=until,
        )

    def address(self, without: Iterable[str] = (), **more: str) -> str:
        """Return the address of the stories page with this filter, some parameters changed."""
        pairs = [(k, v) for k, v in self.values.items() if k not in without and k not in more]
        return with_query("/", pairs, **{k: v for k, v in more.items() if v})

    def form(self) -> dict[str, Any]:
        """Return the values of the form's fields."""
        values = {name: self.get(name) for name in FIELDS if name not in ("from", "to")}
        values["state"] = values["state"] or DEFAULT_STATE
        days = {"from_day": self.get("from"), "to_day": self.get("to")}
        return values | days | {"unfolded": any(self.get(name) for name in FOLDED_FIELDS)}


def preset_links(query: StoryQuery, t: Translator) -> list[dict[str, Any]]:
    """Return links that choose a period and keep the rest of the filter."""
    any_time = {
        "text": t("filter.preset.all"),
        "href": query.address(PERIOD_FIELDS),
        "chosen": not any(query.get(name) for name in PERIOD_FIELDS),
    }
    return [any_time] + [
        {
            "text": t(f"filter.preset.{name}"),
            "href": query.address(PERIOD_FIELDS, last=name),
            "chosen": query.get("last") == name,
        }
        for name in PRESETS
    ]


def active_filters(
    query: StoryQuery, topics: Mapping[str, str], t: Translator
) -> list[dict[str, str]]:
    """Return each part of the filter with the address without it.

    Args:
        query: The filter.
        topics: Titles of topics by id.
        t: The reader's language.
    """
    name_of: dict[str, Callable[[str], str]] = {
        "topic": lambda value: topics.get(value, value),
        "state": lambda value: t.of("story.state", value),
        "severity": lambda value: t.of("story.severity", value),
        "language": t.language,
    }
    return [
        {
            "text": f"{t(f'filter.{name}')}: {name_of.get(name, str)(value)}",
            "href": query.address((name,)),
        }
        for name, value in query.values.items()
        if name != "last"
    ]


def _valid_day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return ""
    return day.isoformat() if 1970 <= day.year < 9000 else ""


def _start_of(day: str, zone: tzinfo) -> datetime | None:
    return _midnight(date.fromisoformat(day), zone) if day else None


def _end_of(day: str, zone: tzinfo) -> datetime | None:
    return _midnight(date.fromisoformat(day) + timedelta(days=1), zone) if day else None


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
