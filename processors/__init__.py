"""The processors: pure steps from an article to its matches, the query language and its engine.

::

    news.articles ─▶ worker ─▶ Processors.process ─▶ news.enriched, news.matches
                                   │
                    config/topics ─┘ compiled: query ─▶ engine
"""

from processors.article_from_fields import article_from_fields
from processors.entity_lint import entity_faults
from processors.explanation import Explanation
from processors.lint import concept_faults, query_faults, run_topic_tests, topic_faults
from processors.pipeline import STEPS, ArticleOutcome, Processors
from processors.vocabulary import run_vocabulary_tests, vocabulary_faults
from processors.worker import GROUP, STAGE, ProcessorsWorker

__all__ = [
    "GROUP",
    "STAGE",
    "STEPS",
    "ArticleOutcome",
    "Explanation",
    "Processors",
    "ProcessorsWorker",
    "article_from_fields",
    "concept_faults",
    "entity_faults",
    "query_faults",
    "run_topic_tests",
    "run_vocabulary_tests",
    "topic_faults",
    "vocabulary_faults",
]
