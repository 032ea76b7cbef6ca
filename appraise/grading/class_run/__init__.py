"""A class, graded: tasks, the pool of workers, the run."""
