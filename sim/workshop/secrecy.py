"""Codes, PINs and tokens: how they are drawn, hashed and compared."""

import hashlib
import hmac
import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Characters of a code: none that is taken for another."""
CODE_LENGTH = 8
TEAM_DIGITS, FACILITATOR_DIGITS = 6, 8
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 1
SALT_BYTES, HASH_BYTES, TOKEN_BYTES = 16, 32, 32


def new_code() -> str:
    """A code that cannot be guessed: 32^8, about 10^12."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def spaced(code: str) -> str:
    """A code in pairs, as people read it out."""
    return " ".join(code[at : at + 2] for at in range(0, len(code), 2))


def plain_code(typed: str) -> str:
    """What somebody typed as a code: without spaces and dashes, in capitals, at most a code long."""
    kept = "".join(letter for letter in typed.upper()[:64] if letter.isalnum())
    return kept[: CODE_LENGTH + 1]


def new_pin(digits: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def new_token() -> str:
    """For a tab, a link or a submission: 256 bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Hash under which a token is kept: it is long and random, so a plain one will do."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


def pin_hash(pin: str, salt: str) -> str:
    """Hash of a PIN by scrypt: slow on purpose, since a PIN is short."""
    digest = hashlib.scrypt(
        pin.encode("utf-8", "replace"), salt=bytes.fromhex(salt), n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=HASH_BYTES
    )
    return digest.hex()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
