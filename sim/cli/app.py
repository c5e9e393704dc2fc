"""`loadbearing app`: open the app in a browser."""

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from sim.cli.output import print_json


def command(arguments: Namespace) -> None:
    app = app_path()
    line = streamlit_line(app, arguments.others)
    if arguments.json:
        print_json({"app": str(app), "command": line})
        sys.stdout.flush()
    # Streamlit reads its settings from the folder that it is started in.
    os.chdir(app.parent)
    if os.name == "posix":
        os.execv(line[0], line)
    subprocess.run(line, check=False)


def app_path() -> Path:
    """The app's first file: inside an installed package, beside `sim` in a checkout."""
    sim = Path(__file__).resolve().parents[1]
    bundled = sim / "bundle" / "app.py"
    return bundled if bundled.is_file() else sim.parent / "app.py"


def streamlit_line(app: Path, options: list[str]) -> list[str]:
    """The command line that runs the app; no figures about its use are sent to anyone."""
    quiet = "--browser.gatherUsageStats=false"
    return [sys.executable, "-m", "streamlit", "run", str(app), quiet, *options]
