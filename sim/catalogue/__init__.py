"""Sourced, dated facts: GPUs, models, APIs, regions, prices, people, lock-in."""

from sim.catalogue.facts import GRADES, Catalogue, Fact, Name, load_catalogue

__all__ = ["GRADES", "Catalogue", "Fact", "Name", "load_catalogue"]
