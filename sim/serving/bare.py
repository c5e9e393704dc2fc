"""What SimPy itself can do: the yardstick for the speed of everything built on it."""

from time import process_time

import simpy


def callback_events_per_s(events: int) -> float:
    """Events per second of CPU time of a chain of timeouts, each of which does nothing but set the next."""
    environment = simpy.Environment()
    timeout = simpy.Timeout

    def fire(_: simpy.Event | None) -> None:
        timeout(environment, 1.0).callbacks.append(fire)

    fire(None)
    began_s = process_time()
    environment.run(until=events)
    return events / (process_time() - began_s)
