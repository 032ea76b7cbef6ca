"""A released lesson and one submission's run through it, to an outcome."""
