"""The instructors' half: rebuild a submission, run it outside, judge it, and hand the outcome to nbgrader."""
