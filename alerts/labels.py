"""Labels of messages that are queued: what routes, silences and digests match them by. Pure."""

from __future__ import annotations

from config.catalog.models import Catalog, Tier
from core.store.waiting_items import LabelledItem


def tier_of(outlet_id: str, catalog: Catalog) -> Tier:
    """Return the tier of an outlet; B where the files in force do not have it."""
    outlet = catalog.outlet(outlet_id)
    return Tier.B if outlet is None else outlet.tier


def item_labels(labelled: LabelledItem, catalog: Catalog) -> dict[str, str]:
    """Return a value for each of :data:`config.catalog.matchers.LABELS`."""
    item = labelled.item
    return {
        "topic": item.topic_id,
        "severity": item.severity,
        "kind": item.kind,
        "outlet": labelled.outlet,
        "tier": tier_of(labelled.outlet, catalog).value,
        "language": labelled.language,
        "country": labelled.country,
    }
