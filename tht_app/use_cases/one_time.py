"""One-time codes: those of an authenticator app (RFC 6238, six digits every thirty seconds) and recovery codes."""

import hmac
import secrets
from datetime import datetime

from pyotp import random_base32
from pyotp.totp import TOTP

STEP_SECONDS = 30
DIGITS = 6
STEPS_AROUND = (0, -1, 1)
"""The present code, then the one before and the one after: clocks of telephones differ by a few seconds."""
RECOVERY_CODES = 10
RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper."""
RECOVERY_LENGTH = 10


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return random_base32(32)


def enrolment_uri(secret: str, username: str, clinic: str) -> str:
    """What the QR code holds."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=clinic)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The thirty-second step that this code belongs to, if it is one of the three around now.

    The caller accepts a step only once and never one before the last (`sec.totp_accept`): a code that was watched over
    a shoulder is worth nothing.
    """
    digits = plain(code)
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    generator = TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for around in STEPS_AROUND:
        if hmac.compare_digest(generator.generate_otp(present + around), digits):
            return present + around
    return None


def looks_like_code(text: str) -> bool:
    """Whether what was typed is a code of six digits; a password has at least twelve characters."""
    digits = plain(text)
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def new_recovery_codes() -> list[str]:
    """Ten codes of about 50 random bits, `abcde-fghjk`."""
    return [_recovery_code() for _ in range(RECOVERY_CODES)]


def _recovery_code() -> str:
    letters = "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
    half = RECOVERY_LENGTH // 2
    return f"{letters[:half]}-{letters[half:]}"


def plain(code: str) -> str:
    """A code however it was typed or pasted: without spaces and dashes, in small letters."""
    return "".join(code.split()).replace("-", "").lower()
