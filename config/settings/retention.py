"""Settings of how long data is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from config.settings.types import Duration

LEAST_RETENTION = timedelta(days=7)
"""Nothing is deleted sooner: stories grow for three days, and streams may be read late."""


def _long_enough(retention: timedelta) -> timedelta:
    if retention < LEAST_RETENTION:
        raise ValueError("it should be 7d or more")
    return retention


Retention = Annotated[Duration, AfterValidator(_long_enough)]


class RetentionSettings(BaseSettings):
    """How long the nightly job leaves data alone."""

    retention_hour: int = Field(
        default=2,
        ge=0,
        le=23,
        description="Hour (UTC) at which the nightly job deletes what is past its retention.",
    )
    articles_retention: Retention = Field(
        default=timedelta(days=90),
        description="How long the store keeps articles and stories that nobody was told of, after "
        "their last change.",
    )
    told_retention: Retention = Field(
        default=timedelta(days=730),
        description="How long stories that people were told of are kept after their last change, "
        "with their articles, evidence, messages and what people did.",
    )
    history_retention: Retention = Field(
        default=timedelta(days=60),
        description="How long the history of feeds, hosts, targets and the nightly job is kept.",
    )
    counts_retention: Retention = Field(
        default=timedelta(days=365),
        description="How long the counts of topics by hour and day are kept.",
    )
    tdm_opt_out: Literal["show", "excerpt", "no_pages"] = Field(
        default="show",
        description="What follows where a publisher reserves text and data mining: `show` it with "
        "the feed; also keep only an `excerpt` in the archive; also read `no_pages`, only feeds.",
    )
    archive_retention: Duration = Field(
        default=timedelta(days=730),
        description="How long the archive keeps an article after its last revision.",
    )
