"""A scenario whose GPUs are as fast as a user's own benchmark measured them."""

from collections.abc import Callable
from pathlib import Path

from sim.cli.faults import InputError
from sim.scenario import Scenario, set_fields
from sim.scenario.assumptions import catalogue_of
from sim.scenario.faults import ScenarioError
from sim.serving import GpuPool, calibrate, read_benchmark
from sim.strategy.architecture import architecture

FIELD = "platform.engine.calibration"


def calibrated(scenario: Scenario, benchmark: Path, *, tell: Callable[[str], None]) -> Scenario:
    """The scenario with the factor on its step time that measured runs of one replica ask for.

    Raises:
        InputError: the scenario has no GPUs of its own, its engine could not have served the measured runs, or the
            factor is out of bounds: another model or another GPU was measured.
        BenchmarkFileError: the file cannot be read.
    """
    points = read_benchmark(benchmark)
    plain = architecture(set_fields(scenario, {FIELD: 1.0}), catalogue_of(scenario))
    units = (unit.endpoint for station in plain.stations for unit in station.units)
    pool = next((endpoint for endpoint in units if isinstance(endpoint, GpuPool)), None)
    if pool is None:
        raise InputError(
            f"--calibrate {benchmark}: {scenario.name} answers nothing on GPUs of its own. "
            "Set decisions.own_share above 0, or leave --calibrate out."
        )
    try:
        found = calibrate(pool, points)
    except ValueError as fault:
        raise InputError(f"--calibrate {benchmark}: {fault}") from fault
    low, high = min(found.of_each_run), max(found.of_each_run)
    spread = f" ({low:.3g} to {high:.3g} over {len(points)} runs)" if len(points) > 1 else ""
    engine = scenario.platform.engine
    ours = f"{engine.model} on {engine.gpus_per_replica} {engine.gpu} a replica"
    tell(f"{benchmark}: steps take {found.factor:.4g} times what the roofline says of {ours}{spread}")
    try:
        return set_fields(scenario, {FIELD: found.factor})
    except ScenarioError as fault:
        raise InputError(
            f"--calibrate {benchmark}: steps would take {found.factor:.3g} times what the roofline says, out of bounds "
            f"({'; '.join(fault.faults)}). The file measured something else than {ours}: benchmark that, or set "
            "platform.engine to what was measured."
        ) from fault
