"""Quotas of a managed API: buckets that hold a burst and refill at a rate."""


class Bucket:
    """A bucket; a request larger than it starts when the bucket is full, and leaves it in debt."""

    __slots__ = ("at_s", "capacity", "level", "per_s")

    def __init__(self, capacity: float, per_min: float) -> None:
        self.capacity = capacity
        self.per_s = per_min / 60
        self.level = capacity
        self.at_s = 0.0

    def level_at(self, time_s: float) -> float:
        """What it holds at a time, before it is cut to its size."""
        return self.level + (time_s - self.at_s) * self.per_s

    def start_s(self, amount: float, now_s: float) -> float:
        """When it holds an amount and all that was taken before has gone."""
        begin_s = max(now_s, self.at_s)
        missing = min(amount, self.capacity) - self.level_at(begin_s)
        return begin_s + max(0.0, missing / self.per_s)

    def take(self, amount: float, time_s: float) -> None:
        self.level = min(self.capacity, self.level_at(time_s)) - amount
        self.at_s = time_s

    def used_share(self, now_s: float) -> float:
        """How far it is emptied: 0 when full, 1 when empty or in debt."""
        level = min(self.capacity, self.level_at(max(now_s, self.at_s)))
        return min(1.0, 1 - level / self.capacity) if self.capacity else 1.0

    def owed_share(self, now_s: float) -> float:
        """What was taken and not refilled, over the size: above 1 by what is promised to those that wait."""
        if not self.capacity:
            return 1.0
        return 1 - min(self.capacity, self.level_at(now_s)) / self.capacity
