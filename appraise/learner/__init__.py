"""What runs in a learner's kernel: the check of an answer, its remark, what is remembered, the report, the writing."""
