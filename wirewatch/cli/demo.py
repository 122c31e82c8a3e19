"""``wirewatch demo``: the real program on a bundled newsroom."""

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
            help="Continue after the summary until Ctrl-C. Default: on a terminal, not in a pipe.",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the temporary folder and print its path.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="Use and keep this folder (empty or new).")
    ] = None,
    speed: Annotated[
        float,
        typer.Option(
            min=0.1, max=20, help="Speed up the newsroom's timetable by this factor; for tests."
        ),
    ] = 1.0,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="The console's port, otherwise WIREWATCH_WEB_PORT; another one if it is in use.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Show what Wirewatch does: the real program on a small invented newsroom, without a network.

    Takes about a minute and a half. Exits with 1 if a result differs from the expected one.

    \b
    wirewatch demo                    watch it here and on http://127.0.0.1:8080
    wirewatch demo --no-stay          end after the summary
    wirewatch demo --data /tmp/demo   keep its databases and files
    """  # noqa: D301 click reads \b as: keep these lines
    from wirewatch.demo.heeded_settings import console_port, heeded_variables
    from wirewatch.demo.runner import DemoOptions, run_demo
    from wirewatch.demo.screen import Screen

    stays = sys.stdout.isatty() if stay is None else stay
    heeded = heeded_variables()
    wanted = console_port(heeded) if port is None else port
    options = DemoOptions(
        folder=data, keep=keep, stay=stays, speed=speed, port=wanted, heeded=heeded
    )
    raise typer.Exit(run_demo(options, Screen.standard()))
