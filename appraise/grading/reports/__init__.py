"""What is told of a class: grades for an LMS, feedback for learners, one page for the teacher, calibration."""
