"""The processes that run submissions: a fork server for each lesson, and a worker for each submission."""
