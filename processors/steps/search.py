"""Steps ``search_literals`` and ``find_names``: the one search that all later steps share.

They are two steps, because each takes less time for several articles in turn
(:meth:`processors.pipeline.Processors.process_all`).
"""

from __future__ import annotations

from processors.analysis import Analysis, CompiledCatalog


def search_literals(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Search the article for every literal of every rule and alias."""
    if analysis.searched is not None:
        compiled.rules.search_literals(analysis.searched)
    return analysis


def find_names(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Find the mentions of entities, which rules may refer to."""
    if analysis.searched is None:
        return analysis
    return analysis._replace(mentions=tuple(compiled.rules.find_mentions(analysis.searched)))
