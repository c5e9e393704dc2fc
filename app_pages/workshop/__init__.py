"""The workshop's pages: a door, and behind it the view of whoever came in.

    workshop   the page: the door, or the view of this tab's seat   -> workshop.py
    access     the store, the seat of this tab, what it does        -> access.py
    preparing  results before they are asked for                    -> preparing.py
    live       looking whether anything happened                    -> live.py
    door       joining, running, watching, playing alone            -> door.py, create.py
    console    the facilitator's                                    -> console.py, console_shocks.py, console_keys.py
    desk       a team's: its company, cards, guess, results         -> desk.py, company.py, hand.py, own_results.py,
                                                                       asked.py, take_home.py
    projector  what the room sees                                   -> projector.py, plenary.py, hindsight.py
    solo       a deck for one                                       -> solo.py
    marks      shapes, squares, clocks and rows as safe HTML        -> marks.py
    wording    fixed strings                                        -> wording.py
"""
