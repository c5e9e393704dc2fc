"""How often things fail and for how long: hazards of replicas, APIs and regions, from the catalogue.

Everything alternates between up and out, both exponential unless said
otherwise, so that its share of time up is mean up / (mean up + mean out).
"""

from dataclasses import dataclass
from datetime import date
from math import log1p

from sim.catalogue import Catalogue

HOURS_PER_DAY = 24.0
HOURS_PER_YEAR = 24.0 * 365.25
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Outages:
    """Up for an exponential time, out for an exponential time."""

    mean_up_h: float
    mean_out_h: float

    def __post_init__(self) -> None:
        if not (self.mean_up_h > 0 and self.mean_out_h >= 0):
            raise ValueError(f"outages need a mean time up above 0 h (got {self.mean_up_h} up, {self.mean_out_h} out)")

    @property
    def availability(self) -> float:
        """Share of time up, in (0, 1]."""
        return self.mean_up_h / (self.mean_up_h + self.mean_out_h)


@dataclass(frozen=True, slots=True)
class SpotInterruptions:
    """Capacity that is taken back: after an exponential time a notice, then the loss, then a replacement.

    The replica takes no new request from the notice on.
    """

    mean_up_h: float
    notice_s: float
    replacement_s: float
    """From the loss until another replica serves in its place."""

    def __post_init__(self) -> None:
        if not (self.mean_up_h > 0 and self.notice_s >= 0 and self.replacement_s >= 0):
            raise ValueError(
                "spot interruptions need a mean time up above 0 h and no negative time "
                f"(got {self.mean_up_h} h, notice {self.notice_s} s, replacement {self.replacement_s} s)"
            )

    @property
    def availability(self) -> float:
        """Share of time in which new requests are taken, in (0, 1]."""
        out_h = (self.notice_s + self.replacement_s) / SECONDS_PER_HOUR
        return self.mean_up_h / (self.mean_up_h + out_h)


@dataclass(frozen=True, slots=True)
class ReplicaHazard:
    """What befalls one replica of a pool.

    Slots from `spot_from` on run on spot capacity; `None` means none does.
    A slot is a place for a replica, numbered from 0; alternatives with more
    replicas have the same lower slots.
    """

    failure: Outages | None = None
    spot: SpotInterruptions | None = None
    spot_from: int | None = None

    def is_spot(self, slot: int) -> bool:
        return self.spot is not None and self.spot_from is not None and slot >= self.spot_from

    def availability(self, slot: int) -> float:
        """Share of time in which the slot takes requests; failures and interruptions are independent."""
        up = 1.0 if self.failure is None else self.failure.availability
        return up * self.spot.availability if self.spot is not None and self.is_spot(slot) else up


@dataclass(frozen=True, slots=True)
class Hazards:
    """What can go out in a world.

    `endpoints` has one entry for each endpoint of the world: of a pool the
    hazard of one of its replicas; of an API, or of a pool split by phase, the
    outages of the whole; `None` where it never fails. An outage of a region takes every endpoint there.
    """

    endpoints: tuple[ReplicaHazard | Outages | None, ...]
    region: Outages | None = None


def gpu_failures(catalogue: Catalogue, *, gpus_per_replica: int, on: date | None = None) -> Outages:
    """Failures of a replica, which stops when any of its GPUs does: mean time up = 1 / (GPUs * hazard)."""
    rows = catalogue.quantities("reliability", "gpu", on)
    return Outages(HOURS_PER_DAY / (rows["failures_per_gpu_day"] * gpus_per_replica), rows["repair_h"])


def spot_interruptions(
    catalogue: Catalogue, *, gpu: str, replacement_s: float, on: date | None = None
) -> SpotInterruptions:
    """Interruptions of a spot replica, from the share p of instances interrupted in a month of H hours.

    With a constant hazard p = 1 - exp(-H / mean time up). A GPU without a row
    of its own has the general one.
    """
    general = catalogue.quantities("reliability", "spot", on)
    own = f"spot.{gpu}"
    rows = catalogue.quantities("reliability", own, on) if catalogue.has("reliability", own) else {}
    share = (general | rows)["interrupted_share_per_month"]
    hours = catalogue.value("business", "rules", "hours_per_month")
    return SpotInterruptions(hours / -log1p(-share), general["notice_s"], replacement_s)


def region_outages(catalogue: Catalogue, on: date | None = None) -> Outages:
    """Outages of a whole cloud region."""
    rows = catalogue.quantities("reliability", "region", on)
    return Outages(HOURS_PER_YEAR / rows["outages_per_year"] - rows["outage_h"], rows["outage_h"])


def api_outages(catalogue: Catalogue, on: date | None = None) -> Outages:
    """Outages of a managed API, from its unavailable share u: mean up = mean out * (1 - u) / u."""
    rows = catalogue.quantities("reliability", "api", on)
    out_share = rows["unavailable_share"]
    return Outages(rows["outage_h"] * (1 - out_share) / out_share, rows["outage_h"])


def replica_start_s(catalogue: Catalogue, *, weights_gb: float, on: date | None = None) -> float:
    """From the decision to start a replica until it serves [s]: machine and container, weights, engine."""
    rows = catalogue.quantities("reliability", "cold_start", on)
    return rows["provision_s"] + weights_gb / rows["load_gb_per_s"] + rows["engine_start_s"]
