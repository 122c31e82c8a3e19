"""The centre: pure steps from an article to its matches; the topic language and its engine.

::

    news.articles ─▶ worker ─▶ Processors.process ─▶ news.enriched, news.matches
                                   │
                    config/topics ─┘ compiled: query ─▶ engine
"""

from processors.article_from_fields import article_from
from processors.explanation import Explanation
from processors.lint import run_topic_tests, topic_faults
from processors.pipeline import STEPS, Outcome, Processors
from processors.worker import GROUP, STAGE, Worker

__all__ = [
    "GROUP",
    "STAGE",
    "STEPS",
    "Explanation",
    "Outcome",
    "Processors",
    "Worker",
    "article_from",
    "run_topic_tests",
    "topic_faults",
]
