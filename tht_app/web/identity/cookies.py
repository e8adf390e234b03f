"""The cookies of signing in: the session, the half of a sign-in that is done, and the device that is known."""

import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

from tht_app.database.gate import LIFETIME_SECONDS
from tht_app.database.gate_factors import FIRST_STEP_SECONDS
from tht_app.settings import settings
from tht_app.web.acting import cookie_name, prefixed

TOKEN = re.compile(r"^[0-9a-f]{64}$")
DEVICE_SECONDS = 180 * 24 * 3600


def set_session_cookie(answer: Response, token: str) -> None:
    """Hand the token to the browser where no script can read it."""
    _set(answer, cookie_name(), token, LIFETIME_SECONDS)


def forget_session_cookie(answer: Response) -> None:
    """The browser forgets the session."""
    answer.delete_cookie(cookie_name(), path="/", secure=settings().secure_cookies, httponly=True, samesite="lax")


def set_first_step(answer: Response, token: str) -> None:
    """The password was right; the rest follows within minutes."""
    _set(answer, prefixed("step"), token, FIRST_STEP_SECONDS)


def first_step(request: Request) -> str | None:
    """The token of a sign-in whose first half is done."""
    return _token(request, "step")


def forget_first_step(answer: Response) -> None:
    """The sign-in is over, one way or the other."""
    answer.delete_cookie(prefixed("step"), path="/", secure=settings().secure_cookies, httponly=True, samesite="lax")


def device(request: Request) -> str | None:
    """The cookie of a device on which somebody signed in before."""
    return _token(request, "device")


def keep_device(request: Request, answer: Response) -> str:
    """Give this device a name that only it knows, or let it keep the one it has."""
    known = device(request) or secrets.token_hex(32)
    _set(answer, prefixed("device"), known, DEVICE_SECONDS)
    return known


def _token(request: Request, name: str) -> str | None:
    found = request.cookies.get(prefixed(name), "")
    return found if TOKEN.match(found) else None


def _set(answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name, value, max_age=seconds, path="/", httponly=True, secure=settings().secure_cookies, samesite="lax"
    )
