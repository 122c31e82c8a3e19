"""``wirewatch notify``: what a receiver would send, without sending it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from config.errors import UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, say, write

if TYPE_CHECKING:
    from datetime import tzinfo

    from alerts.rendering.fit import RenderedMessage

app = typer.Typer(no_args_is_help=True, help="Look at notifications without sending them.")


@app.command()
def render(
    *,
    kind: Annotated[str, typer.Option(help="The kind of receiver: slack, telegram ...")],
    sample: Annotated[bool, typer.Option("--sample", help="Render an invented notification.")],
    digest: Annotated[bool, typer.Option("--digest", help="Render a digest.")] = False,
    language: Annotated[Literal["en", "de"], typer.Option(help="Language of the message.")] = "en",
    time_zone: Annotated[str, typer.Option(help="Time zone, for example Europe/Berlin.")] = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Print what a receiver would send, and its size against the vendor's limit."""
    del sample  # it is required; there is nothing else to render yet
    message = _render(kind, language, time_zone, is_digest=digest)
    if as_json:
        sizes = [asdict(size) | {"fits": size.fits} for size in message.sizes]
        print_json({"payload": message.payload or message.raw, "sizes": sizes})
        return
    if message.raw:
        say(message.raw)
    else:
        print_json(message.payload)
    for size in message.sizes:
        write(f"{size.unit}: {size.count:,} of {size.limit:,}")


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of what a webhook posts."""
    from wirewatch.contracts.webhook import webhook_schema

    print_json(webhook_schema())


def _render(kind: str, language: str, time_zone: str, *, is_digest: bool) -> RenderedMessage:
    """Render the sample.

    Raises:
        UsageError: There is no such kind or time zone, or the kind sends nothing.
    """
    from alerts.receivers import RECEIVERS, receiver_kind
    from alerts.rendering.sample import digest_attempt, sample_attempt
    from config.i18n import translator

    now = utc_now()
    function = getattr(receiver_kind(kind), "render", None) if kind in RECEIVERS else None
    if function is None:
        known = [k for k in sorted(RECEIVERS) if hasattr(receiver_kind(k), "render")]
        raise UsageError(
            f"Receivers of kind {kind!r} send no message.", mend=f"Kinds: {', '.join(known)}."
        )
    rendered: RenderedMessage = function(
        (digest_attempt if is_digest else sample_attempt)(now),
        translator(language, _zone(time_zone)),
        now,
    )
    return rendered


def _zone(name: str) -> tzinfo:
    from alerts.receivers.options import zone
    from config.catalog.values import InvalidValue

    parsed = zone(name)
    if isinstance(parsed, InvalidValue):
        raise UsageError(parsed.message, mend="Write a name like Europe/Berlin.")
    return parsed
