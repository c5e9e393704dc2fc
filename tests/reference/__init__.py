"""Slow, plain simulators that the fast ones must agree with."""
