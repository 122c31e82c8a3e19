"""The file of a topic that is edited."""

from __future__ import annotations

from pathlib import Path

from config.catalog import values
from config.catalog.models import Catalog
from config.errors import NotFoundError
from wirewatch.web.operator_files import OperatorFile, read_file


def topic_path(config_dir: Path, topic_id: str) -> Path:
    """Return the path of the file that a topic of this id has by default.

    Raises:
        NotFoundError: The id is not a valid one, such as ``../sources``.
    """
    if isinstance(values.identifier(topic_id), values.InvalidValue):
        raise NotFoundError(f"There is no topic {topic_id[:80]!r}.")
    return config_dir / "topics" / f"{topic_id}.yaml"


def find_file(config_dir: Path, catalog: Catalog, topic_id: str) -> OperatorFile:
    """Return the file of a topic, also of one whose errors keep it out of the catalog.

    Raises:
        NotFoundError: There is no such topic.
        UsageError: The file cannot be edited here.
    """
    path, topic = topic_path(config_dir, topic_id), catalog.topic(topic_id)
    if topic is not None:
        path = path.with_name(Path(topic.position.file).name)
    elif not path.is_file():
        raise NotFoundError(f"There is no topic {topic_id!r}.")
    return read_file(path)
