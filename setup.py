"""Carries the app and the scenarios, which stand beside `sim`, into a wheel as `sim/bundle`.

In a checkout and in an editable install they are read where they are.
"""

from pathlib import Path
from shutil import copy2, copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

BESIDE_SIM = ("app.py", "app_pages", "docs", "scenarios", ".streamlit")


class BuildWithBundle(build_py):
    """Builds the package, then copies what stands beside it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        bundle = Path(self.build_lib) / "sim" / "bundle"
        bundle.mkdir(parents=True, exist_ok=True)
        for name in BESIDE_SIM:
            source = Path(__file__).parent / name
            if source.is_dir():
                copytree(source, bundle / name, ignore=ignore_patterns("__pycache__"), dirs_exist_ok=True)
            else:
                copy2(source, bundle / name)


setup(cmdclass={"build_py": BuildWithBundle})
