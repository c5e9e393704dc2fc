"""What a scenario may say: the decisions, the platform, the world and the products.

Decisions are the eight levers a room moves. Everything else describes the
company and the world the decisions are taken in. A value that is our judgement
or a market fact is a catalogue row, not a default here; a default here says
only what is usual for a scenario.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.fields import Strict, setting

Residency = Literal["anywhere", "eu_only", "customer_region"]
VectorStore = Literal["vendor", "open_hosted", "open_self_run"]
Orchestration = Literal["vendor", "open_hosted", "we_run"]
ApiTier = Literal["top", "mid", "small", "open_hosted"]


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


class Engine(Strict):
    """The serving engine of our own GPU pools."""

    model: str = setting(title="Model on our GPUs", group="advanced",
        help="An open model of the catalogue (table 'models').")
    precision: Literal["bf16", "fp8", "fp4"] = setting(title="Weight precision", group="advanced",
        help="Numeric format of the weights: it sets their size in memory and the peak speed.")
    gpu: str = setting(title="GPU type", group="advanced", help="A GPU of the catalogue (table 'gpus').")
    gpus_per_replica: int = setting(1, title="GPUs per replica", unit="GPUs", ge=1, le=8,
        help="GPUs that hold one copy of the model together (tensor parallel).")
    generation: str = setting(title="Engine generation",
        help="Generation of the serving software (table 'engines'); sets the overhead of a step.")
    token_budget: int = setting(2048, title="Token budget of a step", unit="tokens", ge=64, le=65536,
        help="Most tokens one engine iteration processes: one for each running answer, the rest for prompts.")
    max_running: int = setting(256, title="Most answers running at once", unit="requests", ge=1, le=4096,
        help="Limit on requests in one replica's batch.")


class Platform(Strict):
    """The machinery behind the decisions: regions, our pools, their purchase."""

    home_region: str = setting(title="Home region", help="Region that serves when data may be processed anywhere.")
    eu_regions: tuple[str, ...] = setting(title="EU regions", min_length=1, max_length=4,
        help="Regions that serve when data must stay in the EU; load is spread evenly over them.")
    engine: Engine
    min_replicas: int = setting(2, title="Fewest replicas in a region", unit="replicas", ge=0, le=1000,
        help="Replicas every serving region keeps, however small its load.")
    max_replicas: int = setting(64, title="Most replicas in a region", unit="replicas", ge=0, le=10000,
        help="Replicas a region can have at most.")
    reserved_share: float = setting(1.0, title="Share of GPUs reserved", unit="share", group="advanced", step=0.1,
        ge=0, le=1,
        help="Share of our GPUs bought by commitment at the reserved price; the rest is on demand.")
    seller: Literal["specialist", "hyperscaler"] = setting("specialist", title="Who rents us GPUs",
        help="Price segment the GPUs are rented in.")
    planning_interval_months: int = setting(3, title="Capacity plan every", unit="months", ge=1, le=12,
        help="Months between capacity plans.")
    routing: Literal["fixed_share", "least_loaded"] = setting("fixed_share", title="Router",
        help="How requests are spread: by the fixed share of the levers, or to the endpoint with the least work.")


class PerRequest(Strict):
    """The customer pays for each answer."""

    kind: Literal["per_request"]
    usd: float = setting(title="Price of an answer", unit="USD", ge=0, help="Price of one answer in month 0.")
    drift_per_year: float = setting(0.0, title="Price drift a year", unit="share", ge=-0.9, le=1,
        help="Change of the price per year.")


class PerSeat(Strict):
    """The customer pays a monthly fee for each seat."""

    kind: Literal["per_seat"]
    usd_per_month: float = setting(title="Price of a seat", unit="USD/month", ge=0,
        help="Monthly price of a seat in month 0.")
    drift_per_year: float = setting(0.0, title="Price drift a year", unit="share", ge=-0.9, le=1,
        help="Change of the price per year.")


Price = Annotated[PerRequest | PerSeat, Field(discriminator="kind")]


class RequestsPerDay(Strict):
    """Demand stated as requests on a mean day."""

    kind: Literal["requests_per_day"]
    amount: float = setting(title="Requests a day", unit="requests/day", ge=0,
        help="Requests on a mean day of month 0.")


class Seats(Strict):
    """Demand stated as seats that use the product on working days."""

    kind: Literal["seats"]
    amount: float = setting(title="Seats", unit="seats", ge=0, help="Seats in month 0.")
    requests_per_working_day: float = setting(title="Requests per seat and working day", unit="requests", ge=0,
        help="How often one seat asks on a working day.")


Demand = Annotated[RequestsPerDay | Seats, Field(discriminator="kind")]


class QuantileLengths(Strict):
    """Token lengths drawn from measured quantiles of the catalogue (table 'lengths')."""

    kind: Literal["quantiles"]
    workload: str = setting(title="Measured workload",
        help="Workload whose quantiles are used, for example 'conversation'.")


class LognormalLengths(Strict):
    """Token lengths drawn from lognormal laws."""

    kind: Literal["lognormal"]
    input_mean_tokens: float = setting(title="Mean prompt", unit="tokens", ge=1, le=2_000_000,
        help="Mean prompt length.")
    input_cv: float = setting(1.0, title="Spread of prompts", unit="ratio", ge=0, le=10,
        help="Standard deviation of prompt lengths over their mean.")
    output_mean_tokens: float = setting(title="Mean answer", unit="tokens", ge=1, le=200_000,
        help="Mean answer length.")
    output_cv: float = setting(1.0, title="Spread of answers", unit="ratio", ge=0, le=10,
        help="Standard deviation of answer lengths over their mean.")


Lengths = Annotated[QuantileLengths | LognormalLengths, Field(discriminator="kind")]


class Patience(Strict):
    """How long a user waits for the first words before leaving."""

    law: Literal["exponential", "fixed"] = setting("exponential", title="Law of patience",
        help="Whether patience varies from user to user (exponential) or is one fixed time.")
    mean_s: float = setting(title="Patience", unit="s", gt=0, le=86400,
        help="Mean time a user waits for the first words.")


class Promise(Strict):
    """The latency a product promises its users."""

    measure: Literal["first_words", "finished"] = setting(title="Promise is about",
        help="Whether the promise is about the first words or the finished answer.")
    limit_s: float = setting(title="Promise", unit="s", gt=0, le=86400, help="Answers slower than this are late.")


class Product(Strict):
    """Something the company sells that asks models for answers."""

    id: str = setting(title="Id", min_length=1, max_length=40, help="Short unique name, used in files and tables.")
    label: str = setting(title="Name", min_length=1, max_length=80, help="Name that people read.")
    demand: Demand
    growth_ratio: float = setting(1.0, title="Share of market growth", unit="ratio", ge=0, le=5,
        help="The product grows by this times the market's growth.")
    lengths: Lengths
    profile: str = setting(title="Hour profile", help="Load by hour of the week (table 'profiles').")
    reused_prompt_share: float = setting(0.0, title="Prompt reused", unit="share", ge=0, le=0.95,
        help="Share of prompt tokens already in the cache from an earlier request.")
    interactive: bool = setting(True, title="A person waits", help="Whether a person waits for the answer.")
    patience: Patience | None = setting(None, title="Patience",
        help="Required for interactive products: without it overload has no defined outcome.")
    promise: Promise
    price: Price
    searches_per_request: float = setting(0.0, title="Searches per answer", unit="searches", ge=0, le=100,
        help="Searches of the vector store made for one answer.")
    gb_per_request: float = setting(0.0, title="Data kept per answer", unit="GB", ge=0, le=1,
        help="Data each answer adds to storage.")
    vectors_per_request: float = setting(0.0, title="Vectors kept per answer", unit="vectors", ge=0, le=1000,
        help="Embedded chunks each answer adds to the vector store.")


class Company(Strict):
    """People, data at the start and money rules."""

    build_people: float = setting(title="People who build", unit="people", ge=0, le=1000,
        help="People who build the platform until it launches. They are not in cost to serve.")
    data_start_gb: float = setting(title="Data at the start", unit="GB", ge=0, le=1e9, help="Data held in month 0.")
    vectors_start: float = setting(title="Vectors at the start", unit="vectors", ge=0, le=1e13,
        help="Embedded chunks held in month 0.")
    discount_per_year: float = setting(0.10, title="Discount rate", unit="share", ge=0, le=1,
        help="Yearly rate at which later money counts less.")
    target_margin: float = setting(0.5, title="Margin target", unit="share", ge=-1, le=0.99,
        help="Gross margin below which the product is not worth selling.")


class Change(Strict):
    """A decision or an event at a date, and why."""

    month: int = setting(title="Month", unit="month", ge=0, le=120,
        help="Month in which it is decided, counted from the start.")
    because: str = setting(title="Because", min_length=3, max_length=400, help="The reason, in a sentence.")
    set: dict[str, Any] = setting(title="Sets", min_length=1,
        help="Dotted field names and their new values, for example 'decisions.own_share: 0.5'.")


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
    users: dict[str, float] = setting(title="Where users are", unit="share", min_length=1,
        help="Share of demand by user region, apart from customers who require the EU; sums to 1.")
    products: tuple[Product, ...] = setting(title="Products", min_length=1, max_length=12, help="What is sold.")
    company: Company
    lockin: dict[str, float] = setting(default_factory=dict, title="Lock-in assumptions",
        help="Replaces the catalogue's value of a lock-in parameter (table 'lockin') by this one.")
    changes: tuple[Change, ...] = setting((), title="Dated changes", max_length=60,
        help="Decisions and events after the start.")
