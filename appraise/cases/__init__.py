"""Unseen cases: invented trials with tellings, by seed, and a teacher's own.

From the facts to the learner: `stream` draws; `drawing` draws claims and then the `worlds` that decide them, with
simulated `patients`; `labels` gives each claim its label; `rendering` and `wordings` make texts; `casemaking` puts a
case together with its `tasks`; `public` parts what a learner sees from the key; `judging` judges answers.
`own` reads a teacher's file, `issuing` gives each student a case, `sheets` prints them. `absurd`, `cheating` and
`measuring` test it all.
"""
