"""Run the stages: composition, supervision, ``run`` and ``run --once``.

::

    bootstrap ──▶ program ──▶ once ──▶ summary            one round, then exit
                     └──────▶ supervisor ──fork──▶ child ──▶ daemon ──▶ stages, housekeeping, health
"""
