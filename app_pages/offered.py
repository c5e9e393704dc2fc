"""Plans that a page can set side by side: the one on the screen, and the presets."""

from app_pages import evaluation, follow, state
from app_pages.view import View
from sim.reports.sentences import catalogue_note
from sim.strategy.outcome import Outcome

THIS_PLAN = "this_plan"


def plans(view: View) -> dict[str, str]:
    """Names by key: this plan where it is not a preset as it stands, then the presets."""
    names = {name: scenario.name for name, scenario in evaluation.preset_scenarios().items()}
    own = view.preset not in names
    if view.moved or own:
        base = evaluation.base(view.preset)
        # A copy of a preset keeps its name, and two of one name would be one plan.
        whose = "your own" if own and base.name in names.values() else ""
        notes = (base.name, whose, "as moved" if view.moved else "", catalogue_note(base))
        label = ", ".join(note for note in notes if note)
        return {THIS_PLAN: label, **names}
    return names


def outcome(key: str) -> Outcome | None:
    """The outcome of a plan by its key; `None` where it cannot be evaluated."""
    view = state.view()
    if key != THIS_PLAN:
        return evaluation.attempt(key, {}).outcome
    return evaluation.attempt(view.preset, dict(view.moved), decide=view.decide).outcome


def fullest(outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
    """Full runs where all have been played in full: only equal fidelities are compared."""
    full = {key: follow.full_run(outcome.scenario_hash) for key, outcome in outcomes.items()}
    known = {key: outcome for key, outcome in full.items() if outcome is not None}
    return known if len(known) == len(outcomes) else outcomes
