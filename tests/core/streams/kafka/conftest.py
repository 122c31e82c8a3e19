"""What the tests of this engine share."""

import pytest

pytest.register_assert_rewrite("tests.core.streams.kafka.weather")
