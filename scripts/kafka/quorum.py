"""Who votes on the metadata of a cluster (KRaft): one node, or several that know each other."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass


def new_id() -> str:
    """Return a random id as Kafka writes it; it must not begin with a hyphen."""
    return base64.urlsafe_b64encode(b"w" + uuid.uuid4().bytes[1:]).decode().rstrip("=")


@dataclass(frozen=True)
class Voter:
    """A node of a cluster.

    Attributes:
        number: Its ``node.id``.
        address: The ``host:port`` of its controller.
        folder: Id of its data folder.
    """

    number: int
    address: str
    folder: str


@dataclass(frozen=True)
class Quorum:
    """The place of one node in its cluster.

    Attributes:
        cluster: Id of the cluster.
        own: The node.
        voters: All nodes, this one included.
    """

    cluster: str
    own: Voter
    voters: Sequence[Voter]

    @classmethod
    def of_one(cls, address: str) -> Quorum:
        """Return that of a node that is alone."""
        own = Voter(1, address, new_id())
        return cls(new_id(), own, [own])

    @property
    def properties(self) -> dict[str, str]:
        """The properties of the server that say so."""
        addresses = ",".join(voter.address for voter in self.voters)
        return {
            "node.id": str(self.own.number),
            "controller.quorum.bootstrap.servers": addresses,
        }

    @property
    def format_options(self) -> list[str]:
        """The options of ``kafka-storage format`` that say so."""
        voters = ",".join(f"{v.number}@{v.address}:{v.folder}" for v in self.voters)
        return ["-t", self.cluster, "--initial-controllers", voters]
