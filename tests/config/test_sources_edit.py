"""Feeds are added to and removed from sources.yaml; comments, quotes and order stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalog import sources_edit
from config.catalog.sources_edit import NewFeed, NewOutlet
from config.catalog.variables import Variables
from config.errors import NotFoundError, UsageError

FILE = """\
# What the desk reads.
outlets:

  # --- North ---
  - id: bote            # the local paper
    name: "Auberger Bote"
    country: DE
    language: de
    feeds:
      - https://bote.example/rss.xml   # the main feed
      - {url: https://bote.example/news.xml, kind: sitemap, every: 10m}

  # --- South ---
  - id: kurier
    feeds: [https://kurier.example/a.xml, "https://kurier.example/b.xml"]
# the end
"""
BOTE = NewOutlet("bote", {})
KURIER = NewOutlet("kurier", {})


VARIABLES = Variables({"KEY": "secret"}, Path("missing.env"))


def add_feed(text: str, outlet: NewOutlet, feed: NewFeed) -> str:
    return sources_edit.add_feeds(text, [(outlet, feed)], VARIABLES)


def remove_feed(text: str, url: str) -> str:
    return sources_edit.remove_feed(text, url, VARIABLES)


def changes(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that are gone and those that are new."""
    old, new = before.splitlines(), after.splitlines()
    return [x for x in old if x not in new], [x for x in new if x not in old]


def test_a_feed_is_one_more_line_behind_the_last_one() -> None:
    after = add_feed(FILE, BOTE, NewFeed("https://bote.example/sport.xml", {}))
    assert changes(FILE, after) == ([], ["      - https://bote.example/sport.xml"])
    lines = after.splitlines()
    assert lines[lines.index("      - https://bote.example/sport.xml") - 1].endswith("every: 10m}")


def test_a_feed_with_options_is_a_mapping() -> None:
    feed = NewFeed("https://bote.example/m.xml?a=1,2", {"kind": "sitemap", "every": "10m"})
    added = changes(FILE, add_feed(FILE, BOTE, feed))[1]
    assert added == ['      - {url: "https://bote.example/m.xml?a=1,2", kind: sitemap, every: 10m}']


def test_a_list_in_one_line_stays_one_line() -> None:
    after = add_feed(FILE, KURIER, NewFeed("https://kurier.example/c.xml", {}))
    urls = 'https://kurier.example/a.xml, "https://kurier.example/b.xml"'
    assert changes(FILE, after)[1] == [f"    feeds: [{urls}, https://kurier.example/c.xml]"]


def test_a_new_outlet_comes_last_and_is_indented_like_the_others() -> None:
    outlet = NewOutlet("anzeiger", {"name": "Anzeiger: Nord & Süd", "language": "de"})
    after = add_feed(FILE, outlet, NewFeed("https://anzeiger.example/rss", {}))
    assert changes(FILE, after) == (
        [],
        [
            "  - id: anzeiger",
            '    name: "Anzeiger: Nord & Süd"',
            "      - https://anzeiger.example/rss",
        ],
    )
    assert after.endswith("      - https://anzeiger.example/rss\n# the end\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_what_was_added_can_be_removed_again(newline: str, end: str) -> None:
    file = FILE.replace("# the end\n", "").strip().replace("\n", newline) + end.replace(
        "\n", newline
    )
    for outlet in (BOTE, KURIER, NewOutlet("neu", {"language": "de"})):
        added = add_feed(file, outlet, NewFeed("https://neu.example/rss", {}))
        assert remove_feed(added, "https://neu.example/rss").rstrip() == file.rstrip()


@pytest.mark.parametrize(
    ("url", "gone"),
    [
        ("https://bote.example/rss.xml", "      - https://bote.example/rss.xml   # the main feed"),
        (
            "https://bote.example/news.xml",
            "      - {url: https://bote.example/news.xml, kind: sitemap, every: 10m}",
        ),
    ],
)
def test_one_of_several_feeds_is_removed(url: str, gone: str) -> None:
    assert changes(FILE, remove_feed(FILE, url)) == ([gone], [])


@pytest.mark.parametrize(
    ("gone", "left"),
    [("a", '"https://kurier.example/b.xml"'), ("b", "https://kurier.example/a.xml")],
)
def test_one_of_a_list_in_one_line_is_removed(gone: str, left: str) -> None:
    after = remove_feed(FILE, f"https://kurier.example/{gone}.xml")
    assert changes(FILE, after)[1] == [f"    feeds: [{left}]"]


def test_an_outlet_goes_with_its_last_feed() -> None:
    after = remove_feed(
        remove_feed(FILE, "https://kurier.example/a.xml"), "https://kurier.example/b.xml"
    )
    assert "kurier" not in after
    assert "# --- South ---" in after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FILE.replace("feeds:", "fedds:", 1), "line 9: Unknown key"),
        ("outlets: []\n", "no list of outlets"),
        ("", "no list of outlets"),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        add_feed(text, BOTE, NewFeed("https://bote.example/x.xml", {}))


def test_a_known_feed_is_not_added_and_an_unknown_one_not_removed() -> None:
    with pytest.raises(UsageError, match="bote already has"):
        add_feed(FILE, KURIER, NewFeed("https://bote.example/rss.xml", {}))
    with pytest.raises(UsageError, match="has no feed"):
        remove_feed(FILE, "https://bote.example/none.xml")


def test_an_edit_that_would_change_anything_else_is_refused() -> None:
    shared = FILE.replace("feeds: [https", "feeds: &both [https")
    aliased = shared + "  - {id: dritte, feeds: *both}\n"
    with pytest.raises(UsageError):
        add_feed(aliased, KURIER, NewFeed("https://kurier.example/c.xml", {}))


def test_a_feed_with_a_variable_in_its_address_is_removed_by_what_it_stands_for() -> None:
    line = "      - https://bote.example/x?key=${KEY}\n"
    file = FILE.replace("\n  # --- South", f"{line}\n  # --- South")
    assert remove_feed(file, "https://bote.example/x?key=secret") == FILE


@pytest.mark.parametrize("known", ["bote", "kurier"])
def test_many_feeds_are_added_at_once_in_their_order(known: str) -> None:
    file = FILE.replace("feeds: [https", "feeds: &x [https").replace(
        '    feeds: &x [https://kurier.example/a.xml, "https://kurier.example/b.xml"]',
        "    feeds:\n      - https://kurier.example/a.xml",
    )
    outlets = [NewOutlet("neu", {}), NewOutlet(known, {}), NewOutlet("letzte", {})]
    urls = [(outlet, f"https://{outlet.id}.example/{n}") for n in range(2) for outlet in outlets]
    new = [(outlet, NewFeed(url, {})) for outlet, url in urls]
    after = sources_edit.add_feeds(file, new, VARIABLES)
    outlet_lines = [["- id: neu", "neu"], ["- id: letzte", "letzte"]]
    assert [line.strip() for line in changes(file, after)[1]] == [
        *(f"- https://{known}.example/{n}" for n in range(2)),
        *(
            line
            for head, name in outlet_lines
            for line in (head, *(f"- https://{name}.example/{n}" for n in range(2)))
        ),
    ]


def test_a_file_in_one_line_stays_one_line() -> None:
    file = "outlets: [{id: bote, feeds: [https://bote.example/rss.xml]}]\n"
    after = add_feed(file, NewOutlet("neu", {"name": "A, B"}), NewFeed("https://neu.example/r", {}))
    assert after == (
        "outlets: [{id: bote, feeds: [https://bote.example/rss.xml]}, "
        '{id: neu, name: "A, B", feeds: [https://neu.example/r]}]\n'
    )
    assert remove_feed(after, "https://neu.example/r") == file
    with pytest.raises(UsageError, match="only outlet"):
        remove_feed(file, "https://bote.example/rss.xml")


# ── changing a feed ──────────────────────────────────────────────────────────────────────────────

SEVERAL_LINES = """\
outlets:
  - id: bote
    feeds:
      - url: "https://bote.example/${KEY}/rss"  # with the key of the contract
        every: 10m   # they asked for it
        kind: feed
  - id: kurier
    feeds: [https://kurier.example/a.xml, {url: https://kurier.example/b.xml, every: 5m}]
"""

CHANGES = (
    ("https://bote.example/rss.xml", "bote", NewFeed("https://bote.example/neu.xml", {}),
     ["      - https://bote.example/neu.xml   # the main feed"]),
    ("https://bote.example/rss.xml", "bote",
     NewFeed("https://bote.example/rss.xml", {"every": "2m", "paused": "true"}),
     ["      - {url: https://bote.example/rss.xml, every: 2m, paused: true}   # the main feed"]),
    ("https://bote.example/news.xml", "bote", NewFeed("https://bote.example/news.xml", {}),
     ["      - https://bote.example/news.xml"]),
    ("https://kurier.example/b.xml", "kurier", NewFeed("https://kurier.example/b.xml?a=1,2", {}),
     ['    feeds: [https://kurier.example/a.xml, "https://kurier.example/b.xml?a=1,2"]']),
    ("https://bote.example/secret/rss", "bote",
     NewFeed("https://bote.example/${KEY}/rss", {"kind": "feed", "paused": "true"}),
     ['      - url: "https://bote.example/${KEY}/rss"  # with the key of the contract',
      "        paused: true", "        kind: feed"]),
    ("https://bote.example/news.xml", "kurier",
     NewFeed("https://bote.example/news.xml", {"kind": "sitemap"}),
     [('    feeds: [https://kurier.example/a.xml, "https://kurier.example/b.xml", '
      "{url: https://bote.example/news.xml, kind: sitemap}]")]),
)  # fmt: skip


def test_a_feed_is_changed_where_it_is_and_its_comments_stay() -> None:
    wrong = []
    for url, outlet, changed, lines in CHANGES:
        before = SEVERAL_LINES if url.endswith("/secret/rss") else FILE
        after = sources_edit.change_feed(before, url, outlet, changed, VARIABLES)
        new_url = changed.url.replace("${KEY}", "secret")
        place, keys = sources_edit.find_feed_keys(after, new_url, VARIABLES)
        if (place, keys) != (outlet, changed) or not set(lines) <= set(after.splitlines()):
            wrong.append((url, after))
    assert wrong == []


REFUSED_CHANGES = (
    (NewFeed("ftp://bote.example/rss", {}), "not an http or https URL"),
    (NewFeed("https://bote.example/rss.xml", {"every": "soon"}), "is not a duration"),
    (NewFeed("https://kurier.example/a.xml", {}), "already listed in line"),
    (NewFeed("https://bote.example/rss.xml", {"kind": "page"}), "`links` is missing"),
)


def test_a_change_that_would_be_a_fault_is_refused_with_its_message() -> None:
    for changed, message in REFUSED_CHANGES:
        with pytest.raises(UsageError, match=message):
            sources_edit.change_feed(FILE, "https://bote.example/rss.xml", "bote", changed,
                                     VARIABLES)  # fmt: skip
    with pytest.raises(NotFoundError, match="no such feed"):
        sources_edit.change_feed(FILE, "https://none.example/", "bote", NewFeed("x", {}), VARIABLES)
