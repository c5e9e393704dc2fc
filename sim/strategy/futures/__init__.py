"""Many futures: what is uncertain, which strategies survive it, when they fail, and what turns the ranking."""
