"""The filter of the stories page: from the address to what is asked of the store. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from config.i18n import Translator
from core.store.console import story_list
from core.text import clean_line
from wirewatch.web.forms import with_query

PRESETS = {"shift": timedelta(hours=8), "24h": timedelta(hours=24), "week": timedelta(days=7)}
"""``last`` in the address; a shift is eight hours."""

FIELDS = ("q", "topic", "state", "outlet", "language", "country", "severity", "from", "to", "last")
MORE = ("outlet", "language", "country", "severity", "from", "to")
"""Those the form keeps folded while they are not used."""


@dataclass(frozen=True, slots=True)
class StoryQuery:
    """The filter as the address has it; a value that cannot be meant is empty.

    Attributes:
        values: By name in the address.
    """

    values: Mapping[str, str]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> StoryQuery:
        """From an address, by anybody."""
        values = {name: clean_line(query.get(name, ""), 200) for name in FIELDS}
        values["from"], values["to"] = _day(values["from"]), _day(values["to"])
        if values["state"] not in story_list.STATES or values["state"] == "told":
            values["state"] = ""
        if values["last"] not in PRESETS or values["from"] or values["to"]:
            values["last"] = ""
        return cls({name: value for name, value in values.items() if value})

    def get(self, name: str) -> str:
        """A value, empty where it is not filtered by."""
        return self.values.get(name, "")

    def asked(self, now: datetime) -> story_list.StoryFilter:
        """What is asked of the store."""
        since, until = _midnight(self.get("from")), _midnight(self.get("to"))
        if self.get("last"):
            since = now - PRESETS[self.get("last")]
        return story_list.StoryFilter(
            topic=self.get("topic"),
            outlet=self.get("outlet"),
            language=self.get("language"),
            country=self.get("country"),
            severity=self.get("severity"),
            state=self.get("state") or "told",
            words=self.get("q"),
            since=since,
            until=until + timedelta(days=1) if until else None,
        )

    def href(self, without: Iterable[str] = (), **more: str) -> str:
        """The address of the stories page with this filter, changed so."""
        pairs = [(k, v) for k, v in self.values.items() if k not in without and k not in more]
        return with_query("/", pairs, **{k: v for k, v in more.items() if v})

    def shown(self) -> dict[str, Any]:
        """For the form."""
        fields = {name: self.get(name) for name in FIELDS if name not in ("from", "to")}
        fields["state"] = fields["state"] or "told"
        days = {"from_day": self.get("from"), "to_day": self.get("to")}
        return fields | days | {"more": any(self.get(name) for name in MORE)}


def presets(wish: StoryQuery, t: Translator) -> list[dict[str, Any]]:
    """Links that choose a time and leave the rest of the filter as it is."""
    drop = ("from", "to", "last")
    timeless = not any(wish.get(name) for name in drop)
    everything = {"words": t("preset.all"), "href": wish.href(drop), "chosen": timeless}
    return [everything] + [
        {
            "words": t(f"preset.{name}"),
            "href": wish.href(drop, last=name),
            "chosen": wish.get("last") == name,
        }
        for name in PRESETS
    ]


def in_force(wish: StoryQuery, topics: Mapping[str, str], t: Translator) -> list[dict[str, str]]:
    """What is filtered by, each with the address without it."""
    said = {
        "topic": lambda value: topics.get(value, value),
        "state": lambda value: t.of("states", value),
        "severity": lambda value: t.of("severity", value),
        "language": lambda value: t.of("language", value),
    }
    return [
        {
            "words": f"{t(f'filter.{name}')}: {said.get(name, str)(value)}",
            "href": wish.href((name,)),
        }
        for name, value in wish.values.items()
        if name != "last"
    ]


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return ""
    return found.isoformat() if 1970 <= found.year < 9000 else ""


def _midnight(day: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), UTC) if day else None
