"""Assertions in the shared module are rewritten, so that they show the values they compared."""

import pytest

pytest.register_assert_rewrite("tests.core.streams.kafka.faults")
