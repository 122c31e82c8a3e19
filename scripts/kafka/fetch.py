"""What a broker needs: the Java of this machine, and jars that Maven downloads once.

::

    pom.xml ──Maven──▶ .cache/kafka-VERSION-HASH.part ──complete──▶ .cache/kafka-VERSION-HASH

Needs the standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

POM = Path(__file__).resolve().with_name("pom.xml")
CACHE = POM.parent.parent.parent / ".cache"
OLDEST_JAVA = 17


class BrokerError(Exception):
    """A broker cannot be started; the text says why and what to do."""


def kafka_version() -> str:
    """Return the version of Apache Kafka in the pom."""
    found = re.search(r"<kafka\.version>([^<]+)<", POM.read_text())
    if not found:
        raise BrokerError(f"{POM} names no kafka.version.")
    return found[1]


def find_java() -> str:
    """Return the path of a Java that is new enough.

    Raises:
        BrokerError: There is none, or it is too old.
    """
    home = os.environ.get("JAVA_HOME")
    path = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if path is None:
        where = f"in JAVA_HOME ({home})" if home else "on the PATH"
        raise BrokerError(
            f"There is no java {where}: install Java {OLDEST_JAVA} or newer"
            " (Debian and Ubuntu: apt install openjdk-17-jre-headless)."
        )
    output = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', output)
    if found is None:
        raise BrokerError(f"`{path} -version` names no version: {output.strip()[:200]!r}.")
    if int(found[1]) < OLDEST_JAVA:
        raise BrokerError(
            f"Apache Kafka {kafka_version()} needs Java {OLDEST_JAVA} or newer;"
            f" {path} is {found[1]}."
            " Install a newer one, or point JAVA_HOME at it."
        )
    return path


def unavailable_reason() -> str | None:
    """Return why a broker cannot be started on this machine, or None where it may work."""
    try:
        find_java()
        if not _cache_folder().exists():
            _find_maven()
    except BrokerError as error:
        return str(error)
    return None


def _find_maven() -> str:
    path = shutil.which("mvn")
    if path is None:
        raise BrokerError(
            "There is no mvn on the PATH: install Maven, which fetches Apache Kafka"
            " (Debian and Ubuntu: apt install maven)."
        )
    return path


def fetch_jars(cache: Path = CACHE) -> Path:
    """Return the folder of the broker's jars; download them where they are missing.

    Raises:
        BrokerError: Maven is missing or cannot download them.
    """
    folder = _cache_folder(cache)
    if folder.exists():
        return folder
    maven = _find_maven()
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "kafka.lock"):
        if not folder.exists():
            for incomplete in cache.glob("kafka-*.part"):  # of a download that was killed
                shutil.rmtree(incomplete)
            part = folder.with_name(f"{folder.name}.part")
            _fetch(maven, part)
            part.rename(folder)
    return folder


def _cache_folder(cache: Path = CACHE) -> Path:
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:8]  # each pom has a folder of its own
    return cache / f"kafka-{kafka_version()}-{digest}"


@contextlib.contextmanager
def _locked(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fetch(maven: str, folder: Path) -> None:
    """Let Maven download the jars; ``-C`` makes a wrong checksum an error."""
    print_line(f"Fetching Apache Kafka {kafka_version()} (44 MB, once) ...")
    done = subprocess.run(
        [
            *(maven, "-q", "-B", "-C", "-f", str(POM), "dependency:copy-dependencies"),
            f"-DoutputDirectory={folder}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or not any(folder.glob(f"kafka_*-{kafka_version()}.jar")):
        raise BrokerError(
            f"Maven could not fetch Apache Kafka {kafka_version()} (exit {done.returncode}). Is the"
            f" network or the mirror in ~/.m2/settings.xml working? Its output ends:\n"
            f"{last_lines(done.stdout)}"
        )


def print_line(text: str) -> None:
    """Print a line at once, even where the output is not a terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def last_lines(text: str) -> str:
    """Return the last lines of a log."""
    return "\n".join(text.strip().splitlines()[-15:])
