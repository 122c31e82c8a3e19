"""Reading ``digests`` and ``inhibit`` of ``alerts.yaml``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from config.catalog import timing, values
from config.catalog.escalation import read_receivers
from config.catalog.matchers import KnownLabels, read_match, read_matchers
from config.catalog.models import DigestDefinition, FilePosition, InhibitionDefinition
from config.catalog.section import Faults, Section
from config.catalog.sources import check_unique
from config.yaml.nodes import YamlNode

_DIGEST_KEYS: Final = ("id", "receivers", "cron", "time_zone", "match", "empty")
_INHIBITION_KEYS: Final = ("source", "target")


def read_digests(
    nodes: Sequence[YamlNode],
    faults: Faults,
    receivers: Collection[str],
    labels: KnownLabels,
    zone: str,
) -> tuple[DigestDefinition, ...]:
    """Return the digests that have no faults.

    Args:
        nodes: The entries of ``digests``.
        faults: Collects what is wrong.
        receivers: Ids of the receivers.
        labels: Known values of a label.
        zone: The time zone of the file; may be empty.
    """
    seen: dict[str, FilePosition] = {}
    digests = (_digest(node, faults, receivers, labels, zone, seen) for node in nodes)
    return tuple(digest for digest in digests if digest is not None)


def read_inhibitions(
    nodes: Sequence[YamlNode], faults: Faults, labels: KnownLabels
) -> tuple[InhibitionDefinition, ...]:
    """Return the inhibitions that have no faults.

    Args:
        nodes: The entries of ``inhibit``.
        faults: Collects what is wrong.
        labels: Known values of a label.
    """
    read = (_inhibition(node, faults, labels) for node in nodes)
    return tuple(inhibition for inhibition in read if inhibition is not None)


def _digest(
    node: YamlNode,
    faults: Faults,
    known: Collection[str],
    labels: KnownLabels,
    zone: str,
    seen: dict[str, FilePosition],
) -> DigestDefinition | None:
    section = Section(faults, node, "a digest", _DIGEST_KEYS)
    digest_id = section.require("id", values.identifier, "")
    check_unique(section, "id", digest_id, seen, "digest")
    receivers = read_receivers(section, faults, known)
    if not receivers and section.is_valid:
        mend = "Write `receivers: [console]`."
        section.fault("receivers", "E212", "The digest goes to no receiver.", mend)
    schedule = timing.read_schedule(section, zone)
    match = read_match(section, faults, labels)
    empty = section.get("empty", values.one_of("skip", "send"), "skip")
    if schedule is None or not section.is_valid:
        return None
    return DigestDefinition(digest_id, receivers, schedule, match, empty == "send", node.position)


def _inhibition(node: YamlNode, faults: Faults, labels: KnownLabels) -> InhibitionDefinition | None:
    section = Section(faults, node, "an inhibition", _INHIBITION_KEYS)
    source, target = (_topic(section, key, faults, labels) for key in _INHIBITION_KEYS)
    if section.is_valid and source == target and "*" not in source:
        section.fault("target", "E221", "The topic would inhibit itself.", "Name another topic.")
    return InhibitionDefinition(source, target, node.position) if section.is_valid else None


def _topic(section: Section, key: str, faults: Faults, labels: KnownLabels) -> str:
    """Return the pattern of topics under a key of an inhibition."""
    table = section.mapping(key)
    match = {} if table is None else read_matchers(table, f"`{key}`", ("topic",), faults, labels)
    if section.is_valid and not match.get("topic"):
        mend = f"Write `{key}: {{topic: …}}`."
        section.fault(key, "E212", f"`{key}` names no topic.", mend)
    return match.get("topic", "")
