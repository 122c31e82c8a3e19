"""Create the project's environment, with uv where it is installed, else with venv and pip.

Runs on any Python, so that one that is too old gets a message instead of a traceback. Usage:
``python environment.py FOLDER``.
"""

import shutil
import subprocess
import sys

WANTED = (3, 11)


def main(folder):
    """Create the environment in ``folder``. Return the exit code."""
    if sys.version_info < WANTED:
        return complain(
            "Wirewatch needs Python %d.%d or newer; this is %d.%d."
            % (WANTED + sys.version_info[:2]),
            "Install a newer one and name it: make run PYTHON=python3.12",
        )
    if shutil.which("uv"):
        return subprocess.call(
            ["uv", "venv", "-q", "--clear", "--seed", "--python", sys.executable, folder]
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = "python%d.%d-venv" % sys.version_info[:2]
        return complain(
            "This Python cannot create environments: its ensurepip module is missing.",
            "On Debian or Ubuntu: apt install %s. Elsewhere: install uv." % package,
        )
    return subprocess.call([sys.executable, "-m", "venv", "--clear", folder])


def complain(message, mend):
    """Print an error and what to do. Return the exit code 1."""
    sys.stderr.write("%s\n%s\n" % (message, mend))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
