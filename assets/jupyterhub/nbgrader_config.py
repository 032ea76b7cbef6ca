"""nbgrader's exchange on the hub, for everyone there."""

c = get_config()

c.CourseDirectory.course_id = "one-trial-five-tellings"
c.Exchange.root = "/srv/nbgrader/exchange"
c.Exchange.path_includes_course = True  # a learner's lessons lie together, in ~/one-trial-five-tellings
c.ExchangeFactory.collect = "appraise.grading.submission.exchange.CollectOwn"
