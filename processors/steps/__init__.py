"""Steps: pure functions that add to an article's analysis, listed in ``pipeline.STEPS``."""
