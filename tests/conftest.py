"""Settings that every test shares."""

from hypothesis import settings

# The same examples on every machine: a failure in one place must be seen in every other.
settings.register_profile("deterministic", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("deterministic")
