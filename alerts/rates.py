"""How many messages a target may get: ``max_per_minute`` of a receiver, or the limit of its kind.

The limits are below those that the vendors publish or were seen to apply: Slack takes about one
message a second in a channel, Telegram 20 a minute in a group, Teams four requests a second,
Discord 30 a minute for a webhook, and Exchange Online 30 mails a minute.
"""

from __future__ import annotations

from config.catalog.models import ReceiverDefinition
from core.store.targets import RateLimit

BURST = 3
"""Messages that may follow each other at once where only the number per minute is known."""

LIMITS = {
    "discord": RateLimit(25, 5),
    "email": RateLimit(25, 5),
    "mattermost": RateLimit(60, 3),
    "slack": RateLimit(60, 3),
    "teams": RateLimit(60, 3),
    "telegram": RateLimit(18, 2),
}
"""The limit of a target by kind of receiver; the others have none."""


def rate_limit(definition: ReceiverDefinition) -> RateLimit | None:
    """Return the rate limit of each target of a receiver without faults; None where it has none."""
    usual = LIMITS.get(definition.kind)
    if definition.max_per_minute is None:
        return usual
    burst = usual.burst if usual else BURST
    return RateLimit(definition.max_per_minute, min(definition.max_per_minute, burst))
