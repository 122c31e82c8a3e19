"""Steps: pure functions on a draft, each adding what it is named for. The list: pipeline.STEPS."""
