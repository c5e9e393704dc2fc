"""What a scenario may say: the decisions, the platform, the world and the products.

Decisions are the eight levers a room moves. Everything else describes the
company and the world the decisions are taken in. A value that is our judgement
or a market fact is a catalogue row, not a default here; a default here says
only what is usual for a scenario.
"""

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.events import Assumption as Assumption
from sim.scenario.events import Change as Change
from sim.scenario.events import ShockEvent as ShockEvent
from sim.scenario.fields import Strict, setting
from sim.scenario.products import Demand as Demand
from sim.scenario.products import Lengths as Lengths
from sim.scenario.products import LognormalLengths as LognormalLengths
from sim.scenario.products import Patience as Patience
from sim.scenario.products import PerMtok as PerMtok
from sim.scenario.products import PerRequest as PerRequest
from sim.scenario.products import PerSeat as PerSeat
from sim.scenario.products import Price as Price
from sim.scenario.products import Product as Product
from sim.scenario.products import Promise as Promise
from sim.scenario.products import QuantileLengths as QuantileLengths
from sim.scenario.products import RequestsPerDay as RequestsPerDay
from sim.scenario.products import Seats as Seats
from sim.scenario.routing import ApiSettings as ApiSettings
from sim.scenario.routing import RouterSettings as RouterSettings
from sim.scenario.routing import Routing as Routing
from sim.scenario.scaling import Autoscaling as Autoscaling

Residency = Literal["anywhere", "eu_only", "customer_region"]
VectorStore = Literal["vendor", "open_hosted", "open_self_run"]
Orchestration = Literal["vendor", "open_hosted", "we_run"]
ApiTier = Literal["top", "mid", "small", "open_hosted"]
Layer = Literal["model_api", "agent_framework", "orchestration", "data", "network", "identity"]
Share = Annotated[float, Field(ge=0, le=1)]
MonthlyUsd = Annotated[float, Field(ge=0, le=1e9)]


class Decisions(Strict):
    """The eight levers, in the order and the words the room sees."""

    own_share: float = setting(
        title="Answers served on our own GPUs", unit="share", group="buy_or_own", step=0.05, ge=0, le=1,
        help="Share of answers that our own GPU pools serve; the rest is bought by the token. "
        "Anything above zero delays the launch and needs people to run it.")
    spare_room: float = setting(
        title="Spare room for busy hours", unit="share", group="buy_or_own", step=0.1, ge=0, le=1.5,
        help="Capacity held above the forecast peak at each quarterly plan, for our GPUs and for the API quota we "
        "ask for.")
    api_tier: ApiTier = setting(
        title="Model we buy by the token", group="models",
        words={"top": "top", "mid": "mid", "small": "small", "open_hosted": "open"},
        help="Which class of managed model answers what our own GPUs do not: "
        "a vendor's top, mid or small model, or an open model that a host runs.")
    small_first_share: float = setting(
        title="Try a small model first", unit="share", group="models", step=0.1, ge=0, le=1,
        help="Share of bought answers first tried on a small model. Some are asked again on the larger one and pay "
        "for both.")
    residency: Residency = setting(
        title="Where data may be processed", group="data",
        words={"anywhere": "anywhere", "eu_only": "EU only", "customer_region": "each region"},
        help="Where customers' data may be processed. Customers who require EU processing buy only if it is not "
        "'anywhere'.")
    vector_store: VectorStore = setting(
        title="Search memory (vector store)", group="data",
        words={"vendor": "vendor", "open_hosted": "open, hosted", "open_self_run": "open, ours"},
        help="Who holds the vectors that retrieval searches, and in whose format.")
    orchestration: Orchestration = setting(
        title="Who runs the platform software", group="portability",
        words={"vendor": "vendor", "open_hosted": "open, hosted", "we_run": "we run it"},
        help="The layer that schedules and connects the workloads: a vendor's service, an open one hosted for us, "
        "or Kubernetes and Ray that we run.")
    movable_share: float = setting(
        title="New work built so that it can move", unit="share", group="portability", step=0.1, ge=0, le=0.9,
        help="Share of new integrations built behind an open interface, in every layer. It costs money each month.")


class World(Strict):
    """What the company does not choose."""

    growth_per_month: float = setting(
        title="Growth a month", unit="share", group="world", step=0.01, ge=-0.1, le=0.2,
        help="Growth of the market per month. Each product follows it with its own ratio.")
    api_price_drift_per_year: float = setting(
        title="API prices a year", unit="share", group="world", step=0.05, ge=-0.9, le=1,
        help="Change of API list prices per year. The list price of a given model rarely moves.")
    gpu_price_drift_per_year: float = setting(
        title="GPU prices a year", unit="share", group="world", step=0.05, ge=-0.6, le=1.5,
        help="Change of GPU rental prices per year. They fell until October 2025 and have risen since.")
    eu_required_share: float = setting(
        title="Demand needing EU", unit="share", group="world", step=0.05, ge=0, le=0.6,
        help="Share of demand from customers who buy only if their data is processed in the EU.")
    demand_waits: bool = setting(
        False, title="Demand waits for us",
        help="If set, growth starts at our launch and no market is lost by being late. "
        "If not, the market grows from month 0 and each month of delay loses a share of it for good.")
    retention_on: bool = setting(
        False, title="Bad service loses customers",
        help="If set, late and abandoned answers lose a share of the next month's demand. The evidence pulls both "
        "ways, so it is off unless it is asked for.")


class Drafting(Strict):
    """Speculative decoding: a small model proposes tokens that the large one checks."""

    draft_tokens: int = setting(3, title="Tokens proposed", unit="tokens", ge=1, le=16,
        help="Tokens proposed for each running answer in a step.")
    acceptance: float = setting(0.7, title="Proposals that hold", unit="share", ge=0, le=1,
        help="Probability that a proposed token holds, given that those before it did. Measure it on your answers.")


class Engine(Strict):
    """The serving engine of our own GPU pools."""

    model: str = setting(title="Model on our GPUs", group="advanced", table="models",
        help="An open model of the catalogue (table 'models').")
    precision: Literal["bf16", "fp8", "fp4"] = setting(title="Weight precision", group="advanced",
        help="Numeric format of the weights: it sets their size in memory and the peak speed.")
    gpu: str = setting(title="GPU type", group="advanced", table="gpus", help="A GPU of the catalogue (table 'gpus').")
    gpus_per_replica: int = setting(1, title="GPUs per replica", unit="GPUs", ge=1, le=8,
        help="GPUs that hold one copy of the model together (tensor parallel).")
    generation: str = setting(title="Engine generation", table="engines",
        help="Generation of the serving software (table 'engines'); sets the overhead of a step.")
    token_budget: int = setting(2048, title="Token budget of a step", unit="tokens", ge=64, le=65536,
        help="Most tokens one engine iteration processes: one for each running answer, the rest for prompts.")
    max_running: int = setting(256, title="Most answers running at once", unit="requests", ge=1, le=4096,
        help="Limit on requests in one replica's batch.")
    calibration: float = setting(1.0, title="Measured over predicted step time", unit="ratio", ge=0.05, le=20,
        help="Multiplies the predicted time of every step; `--calibrate` finds it from your own benchmark.")
    speculation: Drafting | None = setting(None, title="Speculative decoding",
        help="Without it, no tokens are proposed.")
    prefill_share: float = setting(0.0, title="Replicas that only read prompts", unit="share", step=0.1, ge=0, le=0.9,
        help="Share of a pool's replicas that compute prompts and hand them to the others, which write the answers. "
        "At 0 every replica does both.")
    prefix_cache_tokens: int | None = setting(None, title="Prompts remembered by a replica", unit="tokens", ge=1,
        help="Tokens of prompts that a replica keeps for reuse, the least recently used first out. Without it, all "
        "that a product reuses is found.")


class Platform(Strict):
    """The machinery behind the decisions: regions, our pools, their purchase."""

    home_region: str = setting(title="Home region", table="regions",
        help="Region that serves when data may be processed anywhere.")
    eu_regions: tuple[str, ...] = setting(title="EU regions", table="regions", min_length=1, max_length=4,
        help="Regions that serve when data must stay in the EU; load is spread evenly over them.")
    engine: Engine
    min_replicas: int = setting(2, title="Fewest replicas in a region", unit="replicas", ge=0, le=1000,
        help="Replicas every serving region keeps, however small its load.")
    max_replicas: int = setting(64, title="Most replicas in a region", unit="replicas", ge=0, le=10000,
        help="Replicas a region can have at most.")
    reserved_share: float = setting(1.0, title="Share of GPUs reserved", unit="share", group="advanced", step=0.1,
        ge=0, le=1,
        help="Share of our GPUs bought by commitment at the reserved price; what is not owned, reserved or spot is on "
        "demand.")
    owned_share: float = setting(0.0, title="Share of GPUs owned", unit="share", group="advanced", step=0.1,
        ge=0, le=1,
        help="Share of our GPUs that we buy, in whole servers: they lose value, draw power and need a place.")
    spot_share: float = setting(0.0, title="Share of GPUs on spot", unit="share", group="advanced", step=0.1,
        ge=0, le=1,
        help="Share of our GPUs rented as spare capacity that its seller can take back. What it costs to be "
        "interrupted is in its price; interruptions reach answers in full runs and in replays only.")
    commitment_months: Literal[12, 36] = setting(12, title="Length of a commitment", unit="months", group="advanced",
        help="Months for which reserved GPUs are rented. Three years are cheaper than one and are owed to the end.")
    seller: Literal["specialist", "hyperscaler"] = setting("specialist", title="Who rents us GPUs",
        help="Price segment the GPUs are rented in.")
    autoscaling: Autoscaling | None = setting(None, title="Autoscaler",
        help="Lets our pools follow the load of each hour, between the fewest replicas and those planned. GPUs owned "
        "or reserved are paid for all the same. Without it, a pool holds what is planned.")
    planning_interval_months: int = setting(3, title="Capacity plan every", unit="months", ge=1, le=12,
        help="Months between capacity plans.")
    routing: Routing = setting("fixed_share", title="Router",
        help="How requests are spread over our pools and the API: by the fixed share of the levers, or request by "
        "request by what the endpoints last reported. 'cascade' tries our pool first and asks the API again where "
        "the answer will not do.")
    router: RouterSettings = setting(RouterSettings(), title="Settings of the router", help="What the routers read.")
    api: ApiSettings = setting(ApiSettings(), title="API options", help="Limits of the API, and what we do at them.")
    open_share: dict[Layer, Share] = setting(default_factory=dict, title="Open interface by layer", unit="share",
        help="Share of new integrations of a layer that is built behind an open interface, where it is more than the "
        "decisions give, for example 'agent_framework: 0.7'.")


class Company(Strict):
    """People, data at the start and money rules."""

    build_people: float = setting(title="People who build", unit="people", ge=0, le=1000,
        help="People who build the platform until it launches. They are not in cost to serve.")
    data_start_gb: float = setting(title="Data at the start", unit="GB", ge=0, le=1e9, help="Data held in month 0.")
    vectors_start: float = setting(title="Vectors at the start", unit="vectors", ge=0, le=1e13,
        help="Embedded chunks held in month 0.")
    discount_per_year: float = setting(0.10, title="Discount rate", unit="share", ge=0, le=1,
        help="Yearly rate at which later money counts less.")
    programs: dict[str, MonthlyUsd] = setting(default_factory=dict, title="Programs", unit="USD/month",
        help="What a program or a tool beside the platform costs a month, by a name of your own. It counts with the "
        "people who run the platform.")
    target_margin: float = setting(0.5, title="Margin target", unit="share", ge=-1, le=0.99,
        help="Gross margin below which the product is not worth selling.")


class Scenario(Strict):
    """One question about a platform: what is decided, in what world, for which products."""

    name: str = setting(title="Name", min_length=1, max_length=120, help="Name that people read.")
    summary: str = setting("", title="Summary", max_length=2000, help="What this scenario asks, in a few sentences.")
    start: str = setting(title="Start", pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        help="First month, as YYYY-MM. Prices and laws in force are read by date.")
    months: int = setting(36, title="Horizon", unit="months", ge=12, le=120, help="Months played.")
    seed: int = setting(7, title="Seed", ge=0, le=2**63 - 1, help="Seed of every random stream.")
    decisions: Decisions
    platform: Platform
    world: World
    users: dict[str, float] = setting(title="Where users are", unit="share", table="regions", min_length=1,
        help="Share of demand by user region, apart from customers who require the EU; sums to 1.")
    products: tuple[Product, ...] = setting(title="Products", min_length=1, max_length=12, help="What is sold.")
    company: Company
    lockin: dict[str, float] = setting(default_factory=dict, title="Lock-in assumptions", table="lockin",
        help="Replaces the catalogue's value of a lock-in parameter (table 'lockin') by this one.")
    changes: tuple[Change, ...] = setting((), title="Dated changes", max_length=60,
        help="Decisions and events after the start.")
    shocks: tuple[ShockEvent, ...] = setting((), title="Shocks", max_length=60,
        help="What strikes from outside, each at its month. It acts on whatever the decisions have built by then.")
    assumptions: tuple[Assumption, ...] = setting((), title="Changed assumptions", max_length=200,
        help="Values in place of the catalogue's. They hold for the whole play and for this scenario only.")
