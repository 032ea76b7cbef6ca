"""What instructors and learners see of the gradebook."""
