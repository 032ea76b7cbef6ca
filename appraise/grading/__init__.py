"""The instructors' half: rebuild a submission, run it outside, judge it, and hand the outcome to nbgrader."""

import sys

# jsonschema, which nbformat imports, compiles this grammar of web addresses for two seconds and goes on without it;
# nothing in grading checks an address
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
