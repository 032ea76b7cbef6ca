"""A folder handed in, read: the notebook in it, its answers, and the files beside it."""
