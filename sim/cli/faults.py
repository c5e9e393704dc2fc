"""Bad input that only the command line can meet."""


class InputError(ValueError):
    """What was asked cannot be done; the message says where, why and the way out."""
