"""The rights of docs/kafka.md, and brokers that withhold all others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from scripts.kafka.broker import Listener

PAGE = Path(__file__).parents[2] / "docs" / "kafka.md"
EVERY, FIRST = "every process", "the first to start"
USERS = ("root", "first", "ingest", "processors", "alerts", "archive", "some")
PASSWORD = "correct horse"

LISTENER = Listener(
    "CLIENT",
    "SASL_PLAINTEXT",
    properties={
        "sasl.enabled.mechanisms": "PLAIN",
        "plain.sasl.jaas.config": (
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            + " ".join(f'user_{user}="{PASSWORD}"' for user in USERS)
            + ";"
        ),
    },
)
AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS;User:root",
}
_TYPES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional id": ResourceType.TRANSACTIONAL_ID,
}


@dataclass(frozen=True)
class Right:
    """A line of the table, for one operation; the name ends with ``*`` where it is a prefix."""

    process: str
    resource: str
    name: str
    operation: str

    def acl(self, user: str, prefix: str) -> ACL:
        """Return the ACL that grants it to a user, for streams and groups with a prefix."""
        is_prefix = self.name.endswith("*")
        kind = ACLResourcePatternType.PREFIXED if is_prefix else ACLResourcePatternType.LITERAL
        name = f"{prefix}.{self.name.removesuffix('*')}"
        pattern = ResourcePattern(_TYPES[self.resource], name, kind)
        operation = ACLOperation[self.operation]
        return ACL(f"User:{user}", "*", operation, ACLPermissionType.ALLOW, pattern)


def documented_rights(*processes: str) -> list[Right]:
    """Return the rights that the page has for these processes."""
    row = r"^\| ([^|`]+) \| ([^|`]+) \| `([^`]+)` \| ([A-Z_, ]+) \|$"
    rows = re.findall(row, PAGE.read_text(), re.MULTILINE)
    return [
        Right(process, resource, name, operation)
        for process, resource, name, operations in rows
        for operation in operations.split(", ")
        if process in processes
    ]


def grant(brokers: str, user: str, prefix: str, rights: Iterable[Right]) -> None:
    """Grant rights to a user, as an administrator."""
    with administrator(brokers) as admin:
        admin.create_acls([right.acl(user, prefix) for right in rights])


@contextmanager
def granted(brokers: str, user: str, prefix: str, rights: Iterable[Right]) -> Iterator[None]:
    """Grant rights to a user, and take all of its rights away afterwards."""
    grant(brokers, user, prefix, rights)
    try:
        yield
    finally:
        every = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
        own = ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, every)
        with administrator(brokers) as admin:
            admin.delete_acls([own])


@contextmanager
def administrator(brokers: str) -> Iterator[KafkaAdminClient]:
    """Open a client that may do everything."""
    with closing(KafkaAdminClient(bootstrap_servers=brokers.split(","))) as admin:
        yield admin


def login(user: str) -> dict[str, str]:
    """Return the settings with which a process signs in."""
    return {
        "WIREWATCH_KAFKA_SECURITY": "sasl_plaintext",
        "WIREWATCH_KAFKA_SASL_MECHANISM": "PLAIN",
        "WIREWATCH_KAFKA_USERNAME": user,
        "WIREWATCH_KAFKA_PASSWORD": PASSWORD,
    }
