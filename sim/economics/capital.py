"""Cash of GPUs that we own: paid when bought, sold at book value, replaced when written off.

The statement carries their loss of value month by month; cash does not. Book
value falls in a straight line to the residual value over the life.
"""

from collections.abc import Sequence

from sim.catalogue import Catalogue


def capital_cash(owned_gpus: Sequence[float], *, gpu: str, catalogue: Catalogue) -> tuple[float, ...]:
    """What has to be added to profit to get cash, by month [USD].

    Loss of value is added back, purchases are taken off, and sales at book
    value are added: the oldest GPUs go first, and in the last month all that
    is still held counts at book value.

    Args:
        owned_gpus: GPUs held in each month, shape (months,).
        gpu: id of the GPU.
        catalogue: where its price, life and residual value stand.
    """
    price = catalogue.value("ownership", gpu, "cluster_usd_per_gpu")
    lost = price * (1 - catalogue.value("ownership", "rules", "residual_share"))
    life = round(catalogue.value("ownership", "rules", "depreciation_months"))

    def book_value(age_months: int) -> float:
        return price - lost * age_months / life

    lots: list[tuple[int, float]] = []
    cash = []
    for month, needed in enumerate(owned_gpus):
        lots, sold = _sell(lots, month=month, needed=needed, life=life)
        missing = needed - sum(gpus for _, gpus in lots)
        lots = [*lots, (month, missing)] if missing > 0 else lots
        cash.append(
            needed * lost / life
            - max(0.0, missing) * price
            + sum(gpus * book_value(month - bought) for bought, gpus in sold)
        )
    if cash:
        cash[-1] += sum(gpus * book_value(len(cash) - bought) for bought, gpus in lots)
    return tuple(cash)


def _sell(
    lots: list[tuple[int, float]], *, month: int, needed: float, life: int
) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """Lots that stay and lots that go: those at the end of their life, then the oldest beyond what is needed."""
    sold = [lot for lot in lots if month - lot[0] >= life]
    kept: list[tuple[int, float]] = []
    room = needed
    for bought, gpus in reversed([lot for lot in lots if month - lot[0] < life]):
        stays = min(gpus, room)
        room -= stays
        if stays > 0:
            kept.insert(0, (bought, stays))
        if gpus > stays:
            sold.append((bought, gpus - stays))
    return kept, sold
