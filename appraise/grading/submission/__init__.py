"""What is handed in, on its way to the grader: who is in the class, downloads of an LMS, times and extensions."""
