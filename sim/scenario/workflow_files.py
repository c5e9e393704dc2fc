"""Workflow files: the presets that come with the simulator, and a user's own."""

from importlib.resources import files
from os import PathLike
from pathlib import Path

import yaml
from pydantic import ValidationError

from sim.scenario.workflow import Workflow


class WorkflowError(ValueError):
    """A workflow file that cannot be used; its message names the file and gives all faults, one a line."""


def preset_workflows() -> tuple[str, ...]:
    """Ids of the workflows that come with the simulator, in order of name."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in _presets() if entry.name.endswith(".yaml")))


def preset_workflow(id: str) -> Workflow:
    """A workflow that comes with the simulator.

    Raises:
        LookupError: there is no such preset.
    """
    if id not in preset_workflows():
        raise LookupError(f"no workflow '{id}' comes with the simulator. There are: {', '.join(preset_workflows())}")
    entry = files("sim.scenario").joinpath("workflows", f"{id}.yaml")
    return _parse(entry.read_text(encoding="utf-8"), where=f"preset {id}")


def load_workflow(path: str | PathLike[str]) -> Workflow:
    """A workflow from a YAML file.

    Raises:
        WorkflowError: the file cannot be read, or is not a workflow.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise WorkflowError(f"{path}: cannot be read ({fault}). Give the path of a YAML file in UTF-8.") from fault
    return _parse(text, where=str(path))


def _presets() -> list[Path]:
    folder = files("sim.scenario").joinpath("workflows")
    return [Path(entry.name) for entry in folder.iterdir()]


def _parse(text: str, *, where: str) -> Workflow:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise WorkflowError(f"{where}: not YAML: {fault}") from fault
    try:
        return Workflow.model_validate(content)
    except ValidationError as fault:
        errors = fault.errors(include_url=False)
        # Where its items are faulty, pydantic also calls the list of steps too short.
        found = [error for error in errors if error["type"] != "too_short"] or errors
        lines = [f"  {_place(error['loc'])}: {error['msg']}" for error in found]
        raise WorkflowError("\n".join([f"{where}: {len(lines)} fault{'s' * (len(lines) > 1)}", *lines])) from fault


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the file: steps[2].duration.median_s; the kind that pydantic adds to the path is left out."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part not in ("call", "retrieval", "tool", "lognormal", "quantiles"):
            text += f".{part}" if text else part
    return text or "the workflow"
