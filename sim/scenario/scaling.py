"""How our pools follow the load."""

from typing import Literal

from sim.scenario.fields import Strict, setting

ScalingRule = Literal["requests_per_replica", "kv_occupancy"]


class Autoscaling(Strict):
    """An autoscaler in front of every pool of ours; the capacity plan then says how much it may hold at most."""

    policy: ScalingRule = setting("requests_per_replica", title="Scales by",
        help="'requests_per_replica' keeps the requests waiting and running at so many for each replica; "
        "'kv_occupancy' keeps the KV memory filled to a share, and does not see what waits.")
    requests_per_replica: float = setting(16.0, title="Requests for each replica", unit="requests", gt=0, le=4096,
        help="Policy 'requests_per_replica': requests waiting and running that each replica shall have.")
    kv_share: float = setting(0.7, title="KV memory filled to", unit="share", step=0.1, gt=0, le=1,
        help="Policy 'kv_occupancy': share of the KV memory that shall be held.")
    interval_s: float = setting(15.0, title="Looks every", unit="s", gt=0, le=3600,
        help="Time between two decisions.")
    settle_s: float = setting(300.0, title="Holds on for", unit="s", ge=0, le=86400,
        help="The pool shrinks only to the most that was wanted within this time, so that a short lull costs no "
        "restart.")
