"""Effects of assumptions over the whole space, by the Morris method of the library SALib."""

from importlib import import_module
from typing import Any

import numpy as np

from sim.strategy.futures.outcome import GlobalEffect
from sim.strategy.futures.probing import Probe, at_places

LEVELS = 4
"""Grid of each parameter, as the method's authors advise."""


def global_effects(probe: Probe, *, trajectories: int, seed: int) -> dict[str, tuple[GlobalEffect, ...]]:
    """What every assumption does to the worth of every strategy while the others vary too; largest first.

    A trajectory moves one parameter after the other, so it reads one world
    more than there are parameters.

    Raises:
        ModuleNotFoundError: SALib is not installed.
    """
    sample, analyze = _library("SALib.sample.morris"), _library("SALib.analyze.morris")
    parameters = probe.valued
    problem = {
        "num_vars": len(parameters),
        "names": [parameter.id for parameter in parameters],
        "bounds": [[-1.0, 1.0]] * len(parameters),
    }
    places = sample.sample(problem, trajectories, num_levels=LEVELS, seed=seed % 2**32)
    worlds = [at_places(dict(zip(parameters, row, strict=True))) for row in places.tolist()]
    found = {}
    for name, figures in zip(probe.names, probe.read(worlds), strict=True):
        worth = np.array([each.npv_usd for each in figures])
        result = analyze.analyze(problem, places, worth, num_levels=LEVELS, seed=seed % 2**32)
        effects = [
            GlobalEffect(parameter.id, parameter.title, *map(float, row))
            for parameter, *row in zip(
                parameters, result["mu_star"], result["mu_star_conf"], result["sigma"], strict=True
            )
        ]
        found[name] = tuple(sorted(effects, key=lambda effect: -effect.mean_abs))
    return found


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "global effects need the library SALib, which is not installed. Install the extra: "
            "pip install 'loadbearing[futures]'."
        ) from error
