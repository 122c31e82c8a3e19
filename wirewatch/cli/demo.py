"""``wirewatch demo``: the real program on a bundled newsroom, for whoever wants to see it work."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def demo(
    *,
    stay: Annotated[
        bool | None,
        typer.Option(
            "--stay/--no-stay",
            help="After the summary go on until Ctrl-C. On a terminal it does, in a pipe not.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the temporary folder and say where it is.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="Work in this folder (empty or new) and keep it.")
    ] = None,
    speed: Annotated[
        float,
        typer.Option(
            min=0.1, max=20, help="Run the newsroom's timetable so many times faster; for tests."
        ),
    ] = 1.0,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The console's port; a free one if it is taken.")
    ] = 8080,
) -> None:
    """Show what Wirewatch does: the real program on a small invented newsroom, without a network.

    Takes about a minute and a half. Exits 1 where something came out other than expected.

    \b
    wirewatch demo                    watch it here and on http://127.0.0.1:8080
    wirewatch demo --no-stay          end after the summary
    wirewatch demo --data /tmp/demo   keep its databases and files to look at
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.demo.screen import Screen
    from wirewatch.demo.show import DemoOptions, show

    go_on = sys.stdout.isatty() if stay is None else stay
    options = DemoOptions(folder=data, keep=keep, stay=go_on, speed=speed, port=port)
    raise typer.Exit(show(options, Screen.standard()))
