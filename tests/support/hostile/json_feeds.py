"""JSON Feeds that cost as much as possible."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.support.hostile.documents import MB, fill, json_feed


def _nested_json(depth: int) -> str:
    return '{"id": "1", "title": "x", "a": ' + "[" * depth + "]" * depth + "}"


JSON_FEEDS: dict[str, Callable[[], bytes]] = {
    "JSON Feed of {},": lambda: json_feed(fill("{},") + "{}"),
    "JSON Feed of [],": lambda: json_feed(fill("[],") + "{}"),
    "JSON Feed of 1,": lambda: json_feed(fill("1,") + "{}"),
    "JSON Feed, 100,000 items": lambda: json_feed(
        ",".join(
            f'{{"id":"{n}","title":"T{n}","url":"https://a.example/{n}"}}' for n in range(100_000)
        )
    ),
    "JSON Feed, nested": lambda: json_feed(_nested_json(4_000_000)),
    "JSON Feed, nested in one item": lambda: json_feed(
        '{"id": "1", "title": "x", "a": [' + fill("[],") + "[]]}"
    ),
    "JSON Feed, many keys": lambda: json_feed(
        "{" + ",".join(f'"k{n}": 0' for n in range(700_000)) + "}"
    ),
    "JSON Feed, rest after the items": lambda: json_feed(
        '{"id": "1", "title": "x"}', f', "x": [{fill("{},")}{{}}]'
    ),
    "JSON Feed, many authors": lambda: json_feed(
        json.dumps(
            {"id": "1", "title": "x", "authors": [{"name": f"A{n}"} for n in range(400_000)]}
        )
    ),
    "JSON Feed, author of 9 MB": lambda: json_feed(
        json.dumps({"id": "1", "title": "x", "authors": [{"name": fill("a@")}]})
    ),
    "JSON Feed, text of 9 MB": lambda: json_feed(
        json.dumps({"id": "1", "title": fill("<b>", 3 * MB), "content_html": fill("<p>", 6 * MB)})
    ),
    "JSON Feed, number of 9 MB": lambda: json_feed('{"id": ' + fill("9") + "}"),
    "JSON Feed, quotes that never end": lambda: (
        b'{"items": [{},' + b"{}," * 200_000 + b'"' + b'\\"' * 4 * MB
    ),
    "JSON Feed, open brackets": lambda: b'{"items": ' + b"[" * 9 * MB,
}
