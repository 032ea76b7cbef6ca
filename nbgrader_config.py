"""nbgrader's settings: solutions are the source, lessons the release, everything personal lies under grading/."""

from importlib.util import find_spec
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
c.Autograde.exporter_class = "appraise.grading.nbgrader.Salvage"
c.Autograde.sanitize_preprocessors = [
    "appraise.grading.nbgrader.Rebuild",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "appraise.grading.nbgrader.JudgeOutside",
    "appraise.grading.nbgrader.SaveOutcome",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# our pages in the place of nbgrader's: the rubric beside an answer while it is marked, and a learner's feedback
theirs = Path(find_spec("nbgrader").origin).parent / "server_extensions" / "formgrader" / "templates"
ours = Path(find_spec("appraise").origin).parents[1] / "assets" / "nbgrader"
c.HTMLExporter.extra_template_basedirs = [str(ours), str(theirs)]
c.HTMLExporter.extra_template_paths = [str(theirs)]
c.HTMLExporter.filters = {"rubric": "appraise.grading.reports.rubric_marking.rubric_form"}
c.GenerateFeedback.preprocessors = ["appraise.grading.reports.feedback.Feedback"]

# `nbgrader zip_collect`: files named CODE_04-the-numbers.ipynb, as they were downloaded
c.ZipCollectApp.downloaded_directory = "grading/downloaded"
collect = r".*[/\\](?P<student_id>[A-Za-z0-9.-]+)_(?:[^/\\]*_)?(?P<file_id>[^/\\_]+\.ipynb)"
c.FileNameCollectorPlugin.named_regexp = collect
