"""nbgrader's gradebook with our tables beside it, and the one writer."""
