"""A class of submissions, each one accident or one attack: `python -m tests.hostile` grades it."""

import appraise.grading  # noqa: F401  before anything imports nbformat: it spares each process two seconds
