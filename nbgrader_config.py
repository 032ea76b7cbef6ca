"""nbgrader's settings: solutions are the source, lessons the release, everything personal lies under grading/."""

from pathlib import Path

c = get_config()
root = Path(__file__).resolve().parent
grading = root / "grading"
grading.mkdir(exist_ok=True)

c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "one-trial-five-tellings"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{(grading / 'gradebook.db').as_posix()}"
# the list replaces nbgrader's own, whose "feedback" would drop a learner's file of that name
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "exercises.yml", "key.json"]

# the stub `name = ...` stands in the cell itself; the solution region is taken out and nothing is put in its place
c.ClearSolutions.code_stub = {"python": ""}

# submissions are rebuilt from the release and judged outside the learner's process
c.Autograde.exporter_class = "appraise.grading.plugins.Salvage"
c.Autograde.sanitize_preprocessors = [
    "appraise.grading.plugins.Rebuild",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "appraise.grading.plugins.JudgeOutside",
    "appraise.grading.plugins.SaveOutcome",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
