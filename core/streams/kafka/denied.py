"""Say which right the brokers' authorizer withholds from this user, and on what.

The rights that each process needs are in docs/kafka.md. Kafka answers with the resource at most;
the right follows from what was attempted.
https://kafka.apache.org/documentation/#operations_resources_and_protocols
"""

from __future__ import annotations

import re

from kafka import errors as kafka_errors

from config.errors import SettingsError

MEND = "docs/kafka.md has the rights that each process needs, and the commands that grant them."

_KINDS = (
    (kafka_errors.TopicAuthorizationFailedError, "stream"),
    (kafka_errors.GroupAuthorizationFailedError, "group"),
    (kafka_errors.TransactionalIdAuthorizationFailedError, "transactional id"),
)
_RIGHTS = {
    "stream": {
        "WRITE": {"Appending", "A transaction"},
        "READ": {"Reading", "Joining a group", "Looking for unread records", "Committing"},
        "DESCRIBE": set[str](),
    },
    "group": {
        "DESCRIBE": {"Reading the position of a group", "Describing a group", "Listing groups"},
        "DELETE": {"Deleting a group"},
        "READ": set[str](),
    },
    "transactional id": {"WRITE": set[str]()},
}
"""Rights by the actions that need them; the last of each kind is that of all others."""

_COORDINATOR = re.compile(r"FindCoordinatorResponse error for \w+/(.*?): ?")


def denied(error: BaseException, action: str, name: str = "") -> SettingsError:
    """Return the error for an answer of the authorizer.

    Args:
        error: kafka-python's AuthorizationError.
        action: What failed, as the subject of a sentence.
        name: The resource, where the answer does not name it.
    """
    kind = next((kind for class_, kind in _KINDS if isinstance(error, class_)), "")
    if not kind:
        return SettingsError(f"{action} failed: Kafka does not allow this user to.", mend=MEND)
    rights = _RIGHTS[kind]
    right = next((r for r, actions in rights.items() if action in actions), list(rights)[-1])
    return withheld(action, right, kind, _name_in(error) or name)


def withheld(action: str, right: str, kind: str, name: str) -> SettingsError:
    """Return the error for a right that is known to be missing.

    Args:
        action: What failed, as the subject of a sentence.
        right: Kafka's name of the operation: ``READ``.
        kind: ``stream``, ``group`` or ``transactional id``.
        name: The resource, as the brokers know it.
    """
    return SettingsError(
        f"{action} failed: Kafka does not allow this user {right} on the {kind} {name!r}.",
        mend=MEND,
    )


def _name_in(error: BaseException) -> str:
    value = error.args[0] if error.args else ""
    if isinstance(value, set | frozenset | list | tuple):
        return ", ".join(sorted(map(str, value)))
    named = _COORDINATOR.fullmatch(str(value))
    return named[1] if named else str(value)
