"""What the workshop does not do, each with a sentence that a room can act on."""


class WorkshopError(ValueError):
    """Base of everything the workshop refuses; nothing was changed."""


class Refused(WorkshopError):
    """The rules do not allow this now: a round that is closed, too many cards, a decision that is not there."""


class NotAdmitted(WorkshopError):
    """Who asks has not shown that they may: a wrong PIN, an unknown code, a seat that is not theirs."""


class NotImported(WorkshopError):
    """A file that cannot become a session, with every fault found in it."""


class StoreUnreachable(WorkshopError):
    """The database does not answer, is busy, or belongs to a newer version."""
