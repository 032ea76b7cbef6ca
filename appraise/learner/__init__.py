"""What runs in a learner's kernel: the forms that a lesson shows under its answer cells."""
