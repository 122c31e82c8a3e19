"""Making a message fit a vendor's limits: the longest version that the vendor accepts.

::

    contents, longest first ──build──▶ RenderedMessage ──fits?──▶ the first that does

Whole articles are left out and counted; nothing is cut inside a link, a tag or an entity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from alerts.rendering.content import MessageContent


@dataclass(frozen=True, slots=True)
class Size:
    """A size of a message that a vendor limits.

    Attributes:
        unit: What is counted, for example ``bytes``.
    """

    unit: str
    count: int
    limit: int

    @property
    def fits(self) -> bool:
        """Whether the vendor accepts it."""
        return self.count <= self.limit


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """A message in a vendor's form.

    Attributes:
        payload: What is sent as JSON, without what depends on the target.
        sizes: Its sizes and the vendor's limits.
        raw: The whole message, of a kind that does not send JSON.
    """

    payload: dict[str, Any]
    sizes: tuple[Size, ...]
    raw: str = ""

    @property
    def fits(self) -> bool:
        """Whether the vendor accepts all of its sizes."""
        return all(size.fits for size in self.sizes)


def fit(
    contents: Iterable[MessageContent], build: Callable[[MessageContent], RenderedMessage]
) -> RenderedMessage:
    """Return the first message that fits, or the last one where none does.

    Args:
        contents: At least one, each shorter than the one before.
        build: Builds the message of a content.
    """
    messages = map(build, contents)
    message = next(messages)
    while not message.fits:
        following = next(messages, None)
        if following is None:
            break
        message = following
    return message
