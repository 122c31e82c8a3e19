"""Charts that the server draws as SVG: shapes are computed here, and templates write them.

A chart is an image with a name, in the colours of the page. Next to it is a table with the same
numbers, or it is itself in the row of one, so that nobody needs the picture.
"""

from wirewatch.web.charts.bars import Bar, Chart, bars
from wirewatch.web.charts.intervals import Interval, log_interval, share_interval
from wirewatch.web.charts.stacks import Stack, StackedChart, StackPart, stacked_bars

__all__ = [
    "Bar",
    "Chart",
    "Interval",
    "Stack",
    "StackPart",
    "StackedChart",
    "bars",
    "log_interval",
    "share_interval",
    "stacked_bars",
]
