"""``wirewatch alerts silence``: mute what matches for a time, and say what that mutes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from config.i18n import Phrase, in_english
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, print_rows, say
from wirewatch.cli.terminal import login_name
from wirewatch.run.bootstrap import load_files, open_settings, open_store
from wirewatch.run.reading import describe_location, read_store, require_existing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alerts.silencing import SilencePreview

LONGEST = timedelta(days=30)
"""The longest silence: what nobody should ever be notified of belongs into the topic or a route."""

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def silence(
    *,
    match: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=PATTERN", help="What is muted; all given must fit."),
    ] = None,
    span: Annotated[str, typer.Option("--for", help="How long: 90m, 24h, 3d.")] = "24h",
    reason: Annotated[str, typer.Option(help="Why; required.")] = "",
    by: Annotated[str, typer.Option(help="Who makes it. Default: your login name.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would do.")] = False,
    end: Annotated[str, typer.Option(metavar="ID", help="End this silence now.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Mute what matches for a time; without options, list the silences in force."""
    if end:
        _end(end, by, as_json=as_json)
    elif match:
        _make(match, span, reason, by, is_preview=preview, as_json=as_json)
    else:
        _list(as_json=as_json)


def _make(
    match: Sequence[str], span: str, reason: str, by: str, *, is_preview: bool, as_json: bool
) -> None:
    from alerts.plan import Silence
    from alerts.silencing import preview_silence, withdraw_silenced
    from core.store import silences

    matchers, settings, now = _matchers(match), open_settings(), utc_now()
    until = now + _span(span)
    if not is_preview and not reason.strip():
        raise UsageError("A silence needs a reason.", mend="Add --reason and why it is made.")
    catalog = load_files(settings)[0]
    row: dict[str, Any] = {"match": matchers, "until": rfc3339(until)}
    open_it = read_store if is_preview else open_store
    with open_it(settings) as store, store.write() as connection:
        preview = preview_silence(connection, matchers, catalog, now)
        if not is_preview:
            made = silences.add_silence(
                connection, matchers, reason=reason, author=by or login_name(), now=now, until=until
            )
            row |= {"id": made.id, "reason": made.reason, "by": made.author}
            muting = Silence(matchers, until, made.reason, made.author)
            withdraw_silenced(connection, [muting], catalog, now)
    counts = {
        "mutes_now": preview.mutes_now,
        "withdraws": preview.withdraws,
        "would_have_muted_in_7_days": preview.would_have_muted,
    }
    _print(row | counts, preview, until, as_json=as_json)


def _print(row: dict[str, Any], preview: SilencePreview, until: datetime, *, as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    effect = Phrase(
        "silence.preview",
        now=preview.mutes_now,
        waiting=preview.withdraws,
        past=preview.would_have_muted,
    )
    say(in_english(effect))
    if "id" in row:
        say(in_english(Phrase("silence.made", id=row["id"][:8], until=until)))


def _list(*, as_json: bool) -> None:
    from alerts.silencing import load_silences
    from core.store import silences

    settings, now = open_settings(), utc_now()
    definition = load_files(settings)[0].alerts
    with read_store(settings) as store, store.read() as connection:
        ids = [stored.id for stored in silences.load_in_force(connection, now)]
        in_force = load_silences(connection, definition, now)
    all_ids: list[str | None] = [None] * (len(in_force) - len(ids))
    all_ids += ids
    rows = [
        {
            "until": rfc3339(each.until),
            "match": dict(each.matchers),
            "reason": each.reason,
            "by": each.author,
            "id": id_,
        }
        for each, id_ in zip(in_force, all_ids, strict=True)
    ]
    if not as_json:
        rows = [row | {"match": _shown(row["match"])} for row in rows]
    columns = ("until", "match", "reason", "by", "id")
    where = describe_location(settings.database_location)
    empty = f"No silence is in force in {where} and alerts.yaml."
    print_rows(rows, columns, as_json=as_json, empty=empty)


def _shown(matchers: Any) -> str:
    return ", ".join(f"{label}={pattern}" for label, pattern in matchers.items())


def _end(silence_id: str, by: str, *, as_json: bool) -> None:
    from core.store import silences

    settings, now = open_settings(), utc_now()
    require_existing(settings.database_location)
    with open_store(settings) as store, store.write() as connection:
        ended = silences.end_silence(connection, silence_id, by=by or login_name(), now=now)
    if as_json:
        print_json({"id": ended, "until": rfc3339(now)})
    else:
        say(in_english(Phrase("silence.ended", id=ended[:8])))


def _matchers(match: Sequence[str]) -> dict[str, str]:
    """Return label to pattern.

    Raises:
        UsageError: One is not of the form ``label=pattern``, or names no label.
    """
    from config.catalog.matchers import LABELS

    pairs = [text.partition("=") for text in match]
    for label, _, pattern in pairs:
        if label not in LABELS or not pattern:
            raise UsageError(
                f"{label!r} is no label with a pattern.",
                mend=f"Write --match topic=nato-*. Labels: {', '.join(LABELS)}.",
            )
    return {label: pattern for label, _, pattern in pairs}


def _span(text: str) -> timedelta:
    from config.durations import parse_duration

    span = parse_duration(text)
    if span is None or not timedelta() < span <= LONGEST:
        raise UsageError(
            f"{text!r} is no time of at most {LONGEST.days} days.", mend="Write it like 90m or 24h."
        )
    return span
