"""What no single field can say: whether the parts of a scenario belong together.

Each check takes the well-formed parts and yields faults, so that a malformed
part elsewhere hides nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from math import isclose

from sim.catalogue import Catalogue
from sim.scenario.dates import dated_too_late
from sim.scenario.faults import did_you_mean, short
from sim.scenario.longest import longest_calls
from sim.scenario.memory import GIGA, free_memory_bytes, kv_capacity_blocks, weight_bytes
from sim.scenario.parts import Parts
from sim.scenario.schema import Engine, Product, QuantileLengths
from sim.scenario.serving_checks import SERVING_CHECKS

Check = Callable[[Parts, Catalogue], Iterator[str]]

EU = "eu"
SHARE_SUM_TOLERANCE = 1e-6


def cross_faults(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Faults of all checks, in the order of a file."""
    for check in CHECKS:
        yield from check(parts, catalogue)


def _unknown(path: str, id: str, *, table: str, known: Iterable[str]) -> str:
    return f"{path}: the catalogue's table '{table}' has no '{id}'.{did_you_mean(id, known)}"


def engine_ids(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Model, GPU and engine generation are in the catalogue."""
    if parts.engine is None:
        return
    for field, table in (("model", "models"), ("gpu", "gpus"), ("generation", "engines")):
        id = getattr(parts.engine, field)
        if not catalogue.has(table, id):
            yield _unknown(f"platform.engine.{field}", id, table=table, known=catalogue.ids(table))


def engine_batch(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """A step has a token for every running answer."""
    engine = parts.engine
    if engine is not None and engine.max_running > engine.token_budget:
        yield (
            f"platform.engine.max_running: must be at most token_budget, {engine.token_budget} "
            f"(got {engine.max_running}): each running answer takes one token of a step. Lower one or raise the other."
        )


def engine_fits(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """The weights, and the longest request of each product, fit the memory of a replica."""
    engine = parts.engine
    if engine is None or not catalogue.has("models", engine.model) or not catalogue.has("gpus", engine.gpu):
        return
    held_gb = catalogue.value("gpus", engine.gpu, "hbm_gb") * engine.gpus_per_replica
    weights_gb = weight_bytes(engine, catalogue) / GIGA
    if free_memory_bytes(engine, catalogue) <= 0:
        yield (
            f"platform.engine.model: '{engine.model}' needs {weights_gb:.0f} GB for its {engine.precision} weights, "
            f"and {engine.gpus_per_replica} x '{engine.gpu}' holds {held_gb:.0f} GB, part of it reserved. "
            "Use more GPUs per replica, a larger GPU or a lower precision."
        )
        return
    block_tokens = catalogue.value("roofline", "fit", "kv_block_tokens")
    room_tokens = kv_capacity_blocks(engine, catalogue) * block_tokens
    for index, product in parts.products:
        for path, asked, longest in longest_calls(product, catalogue):
            yield from _longest_fits(
                engine, catalogue, what=f"products[{index}].{path}: {asked}", room=room_tokens, longest=longest
            )


def _longest_fits(engine: Engine, catalogue: Catalogue, *, what: str, room: float, longest: int) -> Iterator[str]:
    context = catalogue.value("models", engine.model, "max_context_tokens")
    if longest > context:
        yield (
            f"{what} of {longest} tokens is longer than the {context:.0f} tokens that '{engine.model}' "
            "reads. Use shorter lengths or a model with a longer context."
        )
    elif longest > room:
        yield (
            f"{what} of {longest} tokens needs more memory than the weights leave free "
            f"({room:.0f} tokens). Use more GPUs per replica, a larger GPU or a lower precision."
        )


def regions_known(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Every region is in the catalogue and the EU regions are in the EU."""
    named = [(f"users.{region}", region) for region in parts.users or ()]
    if parts.platform is not None:
        named.append(("platform.home_region", parts.platform.home_region))
        named += [(f"platform.eu_regions[{i}]", region) for i, region in enumerate(parts.platform.eu_regions)]
    for path, region in named:
        if not catalogue.has("regions", region):
            yield _unknown(path, region, table="regions", known=catalogue.ids("regions"))
        elif "eu_regions" in path and catalogue.group("regions", region) != EU:
            inside = ", ".join(f"'{id}'" for id in catalogue.ids("regions") if catalogue.group("regions", id) == EU)
            yield f"{path}: '{region}' is not in the EU, so data that must stay there cannot go to it. Use {inside}."
    for region, times in Counter(parts.platform.eu_regions if parts.platform else ()).items():
        if times > 1:
            yield f"platform.eu_regions: '{region}' stands there {times} times. Name each region once."


def seller_prices(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """The seller has a price for the GPU in every region that serves."""
    platform = parts.platform
    if platform is None or not catalogue.has("gpus", platform.engine.gpu):
        return
    gpu, seller = platform.engine.gpu, platform.seller
    wanted = sorted(serving_groups(parts, catalogue))

    def unpriced(gpu: str) -> list[str]:
        return [group for group in wanted if not catalogue.has("gpu_prices", f"{gpu}.{seller}.{group}")]

    missing = unpriced(gpu)
    if missing:
        priced = ", ".join(id for id in catalogue.ids("gpus") if not unpriced(id)) or "none"
        yield (
            f"platform.engine.gpu: the catalogue has no price of a '{seller}' for '{gpu}' in {' and '.join(missing)}. "
            f"Priced in {' and '.join(wanted)}: {priced}. Use one of them, another seller, or add a row to gpu_prices."
        )


def serving_groups(parts: Parts, catalogue: Catalogue) -> set[str]:
    """Price groups of the regions that may serve."""
    if parts.platform is None:
        return set()
    regions = (parts.platform.home_region, *parts.platform.eu_regions)
    return {catalogue.group("regions", region) for region in regions if catalogue.has("regions", region)}


def replica_limits(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    platform = parts.platform
    if platform is not None and platform.min_replicas > platform.max_replicas:
        yield (
            f"platform.min_replicas: must be at most max_replicas, {platform.max_replicas} "
            f"(got {platform.min_replicas}). Lower one or raise the other."
        )


def purchase_shares(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """The ways of paying for GPUs do not add up to more than all of them; what is bought has a price."""
    platform = parts.platform
    if platform is None:
        return
    shares = {name: getattr(platform, name) for name in ("owned_share", "reserved_share", "spot_share")}
    total = sum(shares.values())
    if total > 1 + SHARE_SUM_TOLERANCE:
        said = ", ".join(f"{name} {share:g}" for name, share in shares.items() if share > 0)
        yield (
            f"platform.reserved_share: owned, reserved and spot GPUs must be at most all of them "
            f"(got {total:g} from {said}). Lower one of them; what is left is rented on demand."
        )
    gpu = platform.engine.gpu
    if platform.owned_share > 0 and catalogue.has("gpus", gpu) and not catalogue.has("ownership", gpu):
        priced = ", ".join(id for id in catalogue.ids("ownership") if catalogue.has("gpus", id))
        yield (
            f"platform.owned_share: the catalogue's table 'ownership' has no price of a server of '{gpu}'. "
            f"Use one of {priced}, set owned_share to 0, or add a row."
        )


def users_sum(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Shares of users are not negative and sum to 1."""
    users = parts.users
    if users is None:
        return
    for region, share in users.items():
        if share < 0:
            yield f"users.{region}: must be at least 0 (got {share:g})"
    total = sum(users.values())
    if not isclose(total, 1, rel_tol=0, abs_tol=SHARE_SUM_TOLERANCE):
        said = ", ".join(f"{region} {share:g}" for region, share in users.items())
        yield f"users: the shares must sum to 1 (got {total:.6g} from {said}). A region that has no users is set to 0."


def products_sound(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Ids are usable and unique; workload and profile are known; a person who waits has patience."""
    first: dict[str, int] = {}
    for index, product in parts.products:
        path = f"products[{index}]"
        if product.id in first:
            yield f"{path}.id: '{product.id}' is the id of products[{first[product.id]}] too. Give each its own."
        first.setdefault(product.id, index)
        if not product.id.replace("_", "").replace("-", "").isalnum():
            yield f"{path}.id: must be letters, digits, '_' or '-' (got {short(product.id)}): settings are named by it."
        yield from _product_ids(product, catalogue, path=path)
        if product.interactive and product.patience is None:
            yield (
                f"{path}.patience: required where a person waits: without it overload has no defined outcome. "
                "Give 'patience: {mean_s: ...}', or set 'interactive: false'."
            )


def _product_ids(product: Product, catalogue: Catalogue, *, path: str) -> Iterator[str]:
    if isinstance(product.lengths, QuantileLengths):
        known = dict.fromkeys(id.rpartition(".")[0] for id in catalogue.ids("lengths"))
        if product.lengths.workload not in known:
            yield _unknown(f"{path}.lengths.workload", product.lengths.workload, table="lengths", known=known)
    if not catalogue.has("profiles", product.profile):
        yield _unknown(f"{path}.profile", product.profile, table="profiles", known=catalogue.ids("profiles"))


def lockin_parameters(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Replaced lock-in parameters exist: `id`, or `id.layer` where the catalogue has one for each layer."""
    lows = {
        fact.id if fact.quantity == "value" else f"{fact.id}.{fact.quantity}": fact.low
        for fact in (catalogue.rows("lockin") if parts.lockin else ())
    }
    for name, value in (parts.lockin or {}).items():
        if name not in lows:
            yield _unknown(f"lockin.{name}", name, table="lockin", known=lows)
        elif value < 0 <= lows[name]:
            yield f"lockin.{name}: must be at least 0 (got {value:g})"


def api_tiers(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """The tier we buy has rows in the catalogue."""
    if parts.decisions is not None and not catalogue.has("apis", parts.decisions.api_tier):
        yield _unknown("decisions.api_tier", parts.decisions.api_tier, table="apis", known=catalogue.ids("apis"))


def start_in_force(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """The catalogue has prices and rules in force when the scenario starts."""
    if parts.start is not None:
        late = dated_too_late(parts, catalogue, groups=serving_groups(parts, catalogue))
        if late is not None:
            row, first = late
            yield (
                f"start: {parts.start} is before the first value of {row}, dated {first}. "
                f"Start later, or add an earlier row with its source."
            )


def changes_in_horizon(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    for index, change in parts.changes:
        if parts.months is not None and change.month >= parts.months:
            yield (
                f"changes[{index}].month: must be before the end, month {parts.months} (got {change.month}). "
                "Raise 'months' or move the change."
            )


def shocks_known(parts: Parts, catalogue: Catalogue) -> Iterator[str]:
    """Shocks are in the deck and strike within the horizon."""
    for index, event in parts.shocks:
        if not catalogue.has("shocks", event.shock):
            yield _unknown(f"shocks[{index}].shock", event.shock, table="shocks", known=catalogue.ids("shocks"))
        if parts.months is not None and event.month >= parts.months:
            yield (
                f"shocks[{index}].month: must be before the end, month {parts.months} (got {event.month}). "
                "Raise 'months' or move the shock."
            )


CHECKS: tuple[Check, ...] = (
    start_in_force,
    api_tiers,
    regions_known,
    engine_ids,
    engine_batch,
    engine_fits,
    *SERVING_CHECKS,
    seller_prices,
    replica_limits,
    purchase_shares,
    users_sum,
    products_sound,
    lockin_parameters,
    changes_in_horizon,
    shocks_known,
)
