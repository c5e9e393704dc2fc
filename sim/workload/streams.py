"""Random streams keyed by stable names, so that no draw depends on which others were made."""

from hashlib import blake2b

from numpy.random import Generator, Philox, SeedSequence

_LOW_32_BITS = 0xFFFFFFFF


def stream(seed: int, replication: int, *, name: str) -> Generator:
    """The stream of random numbers that belongs to a name.

    Equal arguments give equal draws on every machine and in every process.
    Different names, replications or seeds give independent streams, so a
    new consumer of randomness never shifts the draws of the old ones.

    The name enters through the two 32-bit halves of its 8-byte BLAKE2b digest,
    read as a little-endian number; Python's own `hash` differs between processes.

    Raises:
        ValueError: `seed` or `replication` is negative.
    """
    digest = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
    return Generator(Philox(SeedSequence(seed, spawn_key=(replication, digest & _LOW_32_BITS, digest >> 32))))
