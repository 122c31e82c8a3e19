"""``wirewatch check``: all faults of all files at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import ArchiveError, StoreError
from config.faults import FAILED_TEST, Fault, in_file_order
from wirewatch.cli.output import counted, print_json, say, write
from wirewatch.run.bootstrap import load_files, open_archive, open_settings, open_store

if TYPE_CHECKING:
    from config.catalog.models import FilePosition
    from config.settings import Settings


SarifOption = Annotated[
    bool, typer.Option("--sarif", help="One SARIF log on stdout, for code hosts.")
]


def check(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
    as_sarif: SarifOption = False,
) -> None:
    """Check sources, topics, vocabulary, entities and alerts. Exits with 1 if there is an error."""
    settings = open_settings()
    faults = all_faults(settings)
    where = str(settings.config_dir.absolute())
    report(faults, as_json=as_json, as_sarif=as_sarif, where=where)
    if any(fault.is_error for fault in faults):
        raise typer.Exit(1)


def all_faults(settings: Settings) -> list[Fault]:
    """Return the faults that all packages find, in file order."""
    from alerts.receivers import receiver_faults, stranded_faults
    from processors import (
        entity_faults,
        run_vocabulary_tests,
        topic_faults,
        vocabulary_faults,
    )

    catalog, faults = load_files(settings)
    stranded = stranded_faults(catalog, _count_waiting(settings), _alerts_file(settings))
    concepts = [
        *vocabulary_faults(catalog),
        *run_vocabulary_tests(catalog, settings.language_codes),
    ]
    topics = map(as_error, topic_faults(catalog))
    own = [
        *topics,
        *entity_faults(catalog),
        *concepts,
        *receiver_faults(catalog),
        *stranded,
        *_index_faults(settings),
    ]
    return in_file_order([*faults, *own])


def as_error(fault: Fault) -> Fault:
    """Return a failed test of a topic as the error that it is to those who check; others as is."""
    return fault.model_copy(update={"code": "E020"}) if fault.code == FAILED_TEST else fault


def _count_waiting(settings: Settings) -> dict[str, int]:
    """Return the number of unfinished deliveries by receiver; none without a store."""
    url = settings.database_location
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return {}
    import structlog

    from core.store import deliveries  # SQLAlchemy is slow to import

    try:
        with open_store(settings) as store, store.read() as connection:
            return deliveries.count_unfinished_by_receiver(connection)
    except StoreError as error:  # the files can be checked without it
        log = structlog.get_logger(__name__)
        log.warning("waiting_deliveries_not_checked", reason=str(error))
        return {}


def _index_faults(settings: Settings) -> list[Fault]:
    """Return W251 where another version of the program made the archive's index."""
    from config.catalog.models import FilePosition
    from config.yaml.nodes import fault
    from core.archive.open import FILE

    file = settings.data_dir / FILE
    if settings.database_location.startswith("sqlite:///") and not file.exists():
        return []
    import structlog

    try:
        with open_archive(settings) as archive:
            state = archive.index_state()
    except (ArchiveError, StoreError) as error:  # the files can be checked without it
        log = structlog.get_logger(__name__)
        log.warning("archive_index_not_checked", reason=str(error))
        return []
    if state.is_current:
        return []
    message = "Another version of this program made the archive's index; a search may miss words."
    mend = "Run `wirewatch archive rebuild`; the program may run meanwhile."
    return [fault(FilePosition(str(file), 1, 1), "W251", message, mend)]


def _alerts_file(settings: Settings) -> FilePosition:
    from config.catalog.models import FilePosition

    return FilePosition(str(settings.config_dir / "alerts.yaml"), 1, 1)


def report(faults: list[Fault], *, as_json: bool, as_sarif: bool = False, where: str = "") -> None:
    """Print faults for programs or people.

    Args:
        faults: What was found.
        as_json: Print a JSON array.
        as_sarif: Print a SARIF log.
        where: The folder that was checked, for people.
    """
    if as_sarif:
        from importlib.metadata import version

        from wirewatch.cli.sarif import sarif

        print_json(sarif(faults, version("wirewatch")))
        return
    if as_json:
        print_json([fault.model_dump() for fault in faults])
        return
    for fault in faults:
        say(str(fault))
    errors = sum(fault.is_error for fault in faults)
    warnings = len(faults) - errors
    both = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
    found = both if faults else "No faults"
    write(f"{found} in {where}." if where else f"{found}.")
