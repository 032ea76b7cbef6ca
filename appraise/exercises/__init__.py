"""One answer: an exercise as a model, an answer as a JSON value, and the judgement of one by the other."""
