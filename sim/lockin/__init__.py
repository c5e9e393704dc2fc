"""What leaving would cost: stocks that hold a company, cash and months to leave, doors, and whether portability pays.

Start at `lock_in`; `LockinInputs` says what it is told, `LockinParameters` what it assumes.
"""

from sim.lockin.doors import Door, DoorClass
from sim.lockin.dragging import dragged_along, embedding_ties, tie_row
from sim.lockin.exit_cost import COMPONENTS, ExitCosts
from sim.lockin.inputs import LockinInputs
from sim.lockin.layers import LAYER_NAMES, LAYERS, SHOWN_SETS, WHOLE, LayerSet, layer_set
from sim.lockin.lock_in import Leaving, LockinResult, lock_in
from sim.lockin.options import SteadySwitch, quasi_option_value, steady_switch
from sim.lockin.parameters import LockinParameters, egress_factor
from sim.lockin.portability import Portability, Premium, portability
from sim.lockin.shocks import Notice, Shock, against_notice, deck

__all__ = [
    "COMPONENTS",
    "LAYERS",
    "LAYER_NAMES",
    "SHOWN_SETS",
    "WHOLE",
    "Door",
    "DoorClass",
    "ExitCosts",
    "LayerSet",
    "Leaving",
    "LockinInputs",
    "LockinParameters",
    "LockinResult",
    "Notice",
    "Portability",
    "Premium",
    "Shock",
    "SteadySwitch",
    "against_notice",
    "deck",
    "dragged_along",
    "egress_factor",
    "embedding_ties",
    "layer_set",
    "lock_in",
    "portability",
    "quasi_option_value",
    "steady_switch",
    "tie_row",
]
