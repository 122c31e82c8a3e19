"""Concepts that topics share: ``$name`` in a query, and the sentences that each concept is for."""

from processors.vocabulary.concepts import Vocabulary
from processors.vocabulary.sentences import run_vocabulary_tests, vocabulary_faults

__all__ = ["Vocabulary", "run_vocabulary_tests", "vocabulary_faults"]
