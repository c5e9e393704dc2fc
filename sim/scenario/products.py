"""What a company sells: products, their demand, lengths, patience, promise and price."""

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Strict, setting


class PerRequest(Strict):
    """The customer pays for each answer."""

    kind: Literal["per_request"]
    usd: float = setting(title="Price of an answer", unit="USD", ge=0, help="Price of one answer in month 0.")
    drift_per_year: float = setting(0.0, title="Price drift a year", unit="share", ge=-0.9, le=1,
        help="Change of the price per year.")


class PerMtok(Strict):
    """The customer pays for the tokens of each answer."""

    kind: Literal["per_mtok"]
    usd: float = setting(title="Price of a million tokens", unit="USD/1M tokens", ge=0,
        help="Price of one million prompt and answer tokens of delivered answers in month 0.")
    drift_per_year: float = setting(0.0, title="Price drift a year", unit="share", ge=-0.9, le=1,
        help="Change of the price per year.")


class PerSeat(Strict):
    """The customer pays a monthly fee for each seat."""

    kind: Literal["per_seat"]
    usd_per_month: float = setting(title="Price of a seat", unit="USD/month", ge=0,
        help="Monthly price of a seat in month 0.")
    drift_per_year: float = setting(0.0, title="Price drift a year", unit="share", ge=-0.9, le=1,
        help="Change of the price per year.")


Price = Annotated[PerRequest | PerMtok | PerSeat, Field(discriminator="kind")]


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
    workload: str = setting(title="Measured workload", table="lengths",
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


Workflows = Literal["single_call", "coding_agent", "document_pipeline", "retrieval_answer"]


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
    profile: str = setting(title="Hour profile", table="profiles", help="Load by hour of the week (table 'profiles').")
    reused_prompt_share: float = setting(0.0, title="Prompt reused", unit="share", ge=0, le=0.95,
        help="Share of prompt tokens already in the cache from an earlier request.")
    interactive: bool = setting(True, title="A person waits", help="Whether a person waits for the answer.")
    patience: Patience | None = setting(None, title="Patience",
        help="Required for interactive products: without it overload has no defined outcome.")
    promise: Promise
    price: Price
    credit_share: float | None = setting(None, title="Credit for a late answer", unit="share", ge=0, le=1,
        help="Share of the price of a late answer or its tokens that the customer gets back; a seat earns no credit. "
        "Without it, the catalogue's value.")
    standing_share: float = setting(1.0, title="Answers that stand", unit="share", ge=0, le=1,
        help="Share of answers that need no correction when the best model gives them; each model's own share of the "
        "catalogue comes on top.")
    usd_per_fallen_answer: float | None = setting(None, title="Cost of an answer that does not stand",
        unit="USD/answer", ge=0, le=10_000,
        help="Cost of one: the price that is not paid for it, or the person who answers instead. "
        "Without it, the catalogue's value.")
    loss_per_late_share: float | None = setting(None, title="Customers lost by lateness", unit="share/share",
        ge=0, le=1,
        help="Share of next month's demand lost for each unit of late share beyond what customers tolerate, where bad "
        "service loses customers. Without it, the catalogue's value.")
    priority: int = setting(0, title="Priority", ge=-10, le=10,
        help="Requests of a product with a higher one go first in every queue of our pools.")
    workflow: Workflows = setting("single_call", title="Workflow",
        help="The calls, searches and tools that one request is made of; its promise is about the whole. "
        "'single_call' is one call of the given lengths; the others bring their own lengths.")
    prefixes: int = setting(0, title="Beginnings of prompts", unit="prefixes", ge=0, le=1_000_000,
        help="How many different beginnings its prompts share (tenants, documents). At 0 every endpoint remembers "
        "them all.")
    prefix_skew: float = setting(1.0, title="Skew of beginnings", unit="ratio", ge=0, le=5,
        help="The k-th most common beginning is asked in proportion to k to the power of minus this.")
    searches_per_request: float = setting(0.0, title="Searches per answer", unit="searches", ge=0, le=100,
        help="Searches of the vector store made for one answer.")
    gb_per_request: float = setting(0.0, title="Data kept per answer", unit="GB", ge=0, le=1,
        help="Data each answer adds to storage.")
    vectors_per_request: float = setting(0.0, title="Vectors kept per answer", unit="vectors", ge=0, le=1000,
        help="Embedded chunks each answer adds to the vector store.")
