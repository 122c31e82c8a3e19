"""Reading ``alerts.yaml``: receivers and the routes to them.

Only the frame is checked here: ids and routes. Which kinds of receivers exist and which options
each has is checked by ``alerts.receivers``; ``ReceiverDefinition.positions`` gives the position of
every option.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from config.catalog import escalation, timing, values
from config.catalog.digests import read_digests, read_inhibitions
from config.catalog.matchers import read_match
from config.catalog.models import (
    DEFAULT_GROUP_WAIT,
    AlertsDefinition,
    DigestDefinition,
    FilePosition,
    ReceiverDefinition,
    RouteDefinition,
    SilenceDefinition,
)
from config.catalog.section import Faults, Section
from config.catalog.sources import check_unique
from config.catalog.variables import Variables
from config.yaml.nodes import MappingNode, ScalarNode, SequenceNode, YamlNode

_FILE_KEYS: Final = (
    "console_url",
    "time_zone",
    "quiet_hours",
    "receivers",
    "routes",
    "silences",
    "digests",
    "inhibit",
)
_ROUTE_KEYS: Final = (
    "match",
    "receivers",
    "group_wait",
    "max_per_hour",
    "quiet_hours",
    "active",
    "escalate",
    "digest",
    "time_zone",
)
_SILENCE_KEYS: Final = ("match", "until", "reason", "by")

RECEIVER_KEYS: Final = ("id", "kind", "was", "max_per_minute", "canary", "owner")
"""The keys that every kind of receiver has."""

KINDS: Final = (
    "new_story",
    "new_coverage",
    "update",
    "correction",
    "retraction",
    "spike",
    "digest",
    "system",
    "test",
)
"""The kinds of notifications."""

CONSOLE: Final = "console"
"""Id and kind of the receiver that always exists: the web page and ``alerts list``."""


def read_alerts(
    root: YamlNode, faults: Faults, variables: Variables, labels: dict[str, Collection[str]]
) -> AlertsDefinition:
    """Return the receivers and routes of the file that have no faults.

    Args:
        root: The root node of the file.
        faults: Collects what is wrong.
        variables: Replaces ``${NAME}``.
        labels: Known values of a label, to warn about routes that can never match.
    """
    section = Section(faults, root, "alerts.yaml", _FILE_KEYS, variables)
    seen: dict[str, FilePosition] = {}
    read = [_receiver(node, faults, variables, seen) for node in section.nodes("receivers")]
    known: set[str] = {CONSOLE, *seen}
    zone = section.get("time_zone", timing.time_zone, "")
    digests = read_digests(section.nodes("digests"), faults, known, labels, zone)
    collecting = {digest.id: digest.receivers for digest in digests}
    routes = _routes(section.nodes("routes"), faults, known, labels, zone, collecting)
    silences = (_silence(node, faults, labels) for node in section.nodes("silences"))
    _warn_unused(seen, [*routes, *digests], faults)
    _warn_lonely_canary([r for r in read if r is not None], faults)
    _warn_useless_successors([r for r in read if r is not None], known, faults)
    return AlertsDefinition(
        console_url=section.get("console_url", values.url, AlertsDefinition().console_url),
        receivers=tuple(receiver for receiver in read if receiver is not None),
        routes=routes,
        time_zone=zone,
        quiet_hours=timing.read_quiet_hours(section, faults, zone),
        silences=tuple(silence for silence in silences if silence is not None),
        digests=digests,
        inhibitions=read_inhibitions(section.nodes("inhibit"), faults, labels),
    )


def _receiver(
    node: YamlNode, faults: Faults, variables: Variables, seen: dict[str, FilePosition]
) -> ReceiverDefinition | None:
    section = Section(faults, node, "a receiver", None, variables)
    receiver_id = section.require("id", values.identifier, "")
    if receiver_id == CONSOLE:
        mend = "Choose another id, or leave the receiver out: it always exists."
        section.fault("id", "E221", "The id `console` is taken.", mend)
    else:
        check_unique(section, "id", receiver_id, seen, "receiver")
    kind = section.require("kind", values.text, "")
    options = {
        key: _data(pair[1], faults, section.expanded)
        for key, pair in section.pairs.items()
        if key not in RECEIVER_KEYS
    }
    positions = {key: node.position for key, (_, node) in section.pairs.items()} | {
        f"{key}[{n}]": item.position
        for key, (_, node) in section.pairs.items()
        if isinstance(node, SequenceNode)
        for n, item in enumerate(node.nodes)
    }
    if not section.is_valid:
        return None
    return ReceiverDefinition(
        receiver_id,
        kind,
        options,
        positions,
        section.position,
        was=section.get("was", values.identifier, ""),
        max_per_minute=section.get("max_per_minute", values.positive, None),
        canary=section.get("canary", values.boolean, False),
        owner=section.get("owner", values.owner, ""),
    )


def _data(
    node: YamlNode, faults: Faults, expand: Callable[[ScalarNode], str | values.InvalidValue]
) -> Any:
    """Return a node as texts, tuples and mappings, with ``${NAME}`` replaced in every text."""
    if isinstance(node, MappingNode):
        return {key: _data(value, faults, expand) for key, (_, value) in node.pairs.items()}
    if not isinstance(node, ScalarNode):
        return tuple(_data(value, faults, expand) for value in node.nodes)
    value = expand(node)
    if isinstance(value, values.InvalidValue):
        faults.add(node.position, value.code, value.message, value.mend)
        return ""
    return "" if node.is_null else value


def _routes(
    nodes: Sequence[YamlNode],
    faults: Faults,
    receivers: Collection[str],
    labels: dict[str, Collection[str]],
    zone: str,
    digests: Mapping[str, tuple[str, ...]],
) -> tuple[RouteDefinition, ...]:
    routes = [_route(node, faults, receivers, labels, zone, digests) for node in nodes]
    sound = [route for route in routes if route is not None]
    for route in sound[:-1]:
        if not route.match and route.active is None:
            message = "No route after this one is ever reached."
            faults.add(route.position, "W231", message, "Move it to the end, or give it a `match`.")
    if sound and routes[-1] is not None:
        _check_default(sound[-1], faults)
    return tuple(sound)


def _check_default(route: RouteDefinition, faults: Faults) -> None:
    """Report a last route that does not match everything at any time."""
    keys = ["match"] * bool(route.match) + ["active"] * (route.active is not None)
    if keys:
        message = f"The last route is the default and has no `{keys[0]}`."
        faults.add(route.position, "E214", message, "Add a last route: `- receivers: [console]`.")


def _route(
    node: YamlNode,
    faults: Faults,
    receivers: Collection[str],
    labels: dict[str, Collection[str]],
    zone: str,
    digests: Mapping[str, tuple[str, ...]],
) -> RouteDefinition | None:
    section = Section(faults, node, "a route", _ROUTE_KEYS)
    names = escalation.read_receivers(section, faults, receivers)
    digest = section.get("digest", values.text, "")
    if digest and digest not in digests:
        message = f"There is no digest {values.shown(digest)}."
        section.fault("digest", "E010", message, values.nearest(digest, digests))
    names = names or digests.get(digest, ())
    if not names and section.is_valid:
        mend = "Write `receivers: [console]`."
        section.fault("receivers", "E212", "The route leads to no receiver.", mend)
    zone = section.get("time_zone", timing.time_zone, zone)
    match = read_match(section, faults, labels)
    route = RouteDefinition(
        match=match,
        receivers=names,
        position=section.position,
        group_wait=section.get("group_wait", timing.wait, DEFAULT_GROUP_WAIT),
        max_per_hour=section.get("max_per_hour", timing.cap, None),
        quiet_hours=timing.read_quiet_hours(section, faults, zone),
        active=timing.read_active_hours(section, faults, zone),
        escalate=escalation.read_escalation(section, faults, receivers, match),
        digest=digest,
    )
    return route if section.is_valid else None


def _silence(
    node: YamlNode, faults: Faults, labels: dict[str, Collection[str]]
) -> SilenceDefinition | None:
    section = Section(faults, node, "a silence", _SILENCE_KEYS)
    return timing.read_silence(node, faults, read_match(section, faults, labels), section)


def _warn_unused(
    receivers: dict[str, FilePosition],
    users: Sequence[RouteDefinition | DigestDefinition],
    faults: Faults,
) -> None:
    used = {name for user in users for name in user.receivers}
    routes = [user for user in users if isinstance(user, RouteDefinition)]
    used |= {name for route in routes for step in route.escalate for name in step.receivers}
    for name, position in receivers.items():
        if name not in used:
            message = f"No route leads to the receiver {values.shown(name)}."
            faults.add(position, "W232", message, "Name it in a route, or delete it.")


def _warn_useless_successors(
    receivers: Sequence[ReceiverDefinition], known: set[str], faults: Faults
) -> None:
    """Warn of a `was` that names a receiver of the file, or the predecessor of another one."""
    inherited: set[str] = set()
    for receiver in receivers:
        if receiver.was and receiver.was in known | inherited:
            message = f"The receiver {values.shown(receiver.id)} inherits nothing by `was`."
            mend = "Write the id of a receiver that is gone, once, or remove `was`."
            faults.add(receiver.positions["was"], "W233", message, mend)
        inherited.add(receiver.was)


def _warn_lonely_canary(receivers: Sequence[ReceiverDefinition], faults: Faults) -> None:
    """Warn of a canary that no other receiver can report as missing."""
    if len(receivers) == 1 and receivers[0].canary:
        message = "No other receiver can report that the canary is missing."
        mend = "Add a receiver; without one only the console, the health check and metrics show it."
        faults.add(receivers[0].positions["canary"], "W236", message, mend)
