"""JupyterHub for this course on one machine: a Unix user for everyone. README.md beside this file says how."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821

INSTRUCTOR = "instructor"  # owns solutions/, lessons/ and grading/
STUDENTS = "students"  # a Unix group: who is in it may log in
STATE = Path("/srv/jupyterhub")  # the hub's own files, for root alone

course = Path(__file__).resolve().parents[2]
programs = Path(sys.prefix, "bin")
settings = course / "assets" / "jupyterhub"

# ── who may log in: with the password of the Unix user ──────────────────────────────────────────────────────────────
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = {INSTRUCTOR}
c.LocalAuthenticator.allowed_groups = {STUDENTS}

# ── the hub: reached from this machine alone, until something that speaks HTTPS stands before it ────────────────────
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.ConfigurableHTTPProxy.command = [str(programs / "configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")

# ── each person's JupyterLab, as their own Unix user ────────────────────────────────────────────────────────────────
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = [str(programs / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
# JupyterLab shows formgrader in a frame, which the hub forbids every page since its version 4.1
FRAMES = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
c.Spawner.http_timeout = c.Spawner.start_timeout = 120  # the first start after an update compiles Python's files


def view(spawner):
    """The instructor's server opens the course with nbgrader's tabs; a learner's opens their home without them."""
    if spawner.user.name == INSTRUCTOR:
        spawner.notebook_dir = str(course)
        spawner.args = [f"--ServerApp.tornado_settings={FRAMES}"]
        jupyter = [course, settings]  # nbgrader finds the course's configuration wherever it is called
    else:
        spawner.notebook_dir = "~"
        jupyter = [settings / "learner", settings, course / "assets" / "jupyter"]
        spawner.environment["APPRAISE_WORK"] = f"{Path('~' + spawner.user.name).expanduser()}/one-trial-five-tellings"
        spawner.environment["PYTHONSTARTUP"] = str(course / "appraise" / "learner" / "not_run_yet.py")
    spawner.environment["JUPYTER_CONFIG_PATH"] = ":".join(map(str, jupyter))
    spawner.environment["PATH"] = f"{programs}:/usr/local/bin:/usr/bin:/bin"  # nbgrader calls alembic by name


c.Spawner.pre_spawn_hook = view
