"""A class of submissions, each one accident or one attack: `python -m tests.hostile` grades it."""
