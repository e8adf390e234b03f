"""The own authenticator app and recovery codes: set up and renewed on plain pages, so that no secret passes a State.

Each page asks for a fresh proof first: whoever finds an unlocked screen cannot put in a telephone of their own.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tht_app.database.gate import current_gate
from tht_app.database.gate_factors import Factors
from tht_app.domain.errors import NotFound
from tht_app.use_cases.access import EnterOwnAccess
from tht_app.use_cases.door import Actor, execute
from tht_app.web.acting import client_address
from tht_app.web.identity.factors import enrol, new_recovery_codes
from tht_app.web.identity.second import code_and_next, enrol_page
from tht_app.web.plain import page

HOME = "/settings"
ADDRESS = "/account/second-factor"


async def show_own_factor(request: Request, actor: Actor) -> Response:
    """The QR code of a new authenticator app; whoever has one goes back to the settings."""
    factors = await _factors(actor)
    if factors.totp_confirmed:
        return RedirectResponse(HOME, 303)
    return await enrol_page(request, factors, action=ADDRESS, wanted=HOME, forced=False)


async def do_own_factor(request: Request, actor: Actor) -> Response:
    """Confirm it with a first code, then show the recovery codes, this once."""
    factors = await _factors(actor)
    code, _ = await code_and_next(request)
    if factors.totp_confirmed:
        return RedirectResponse(HOME, 303)
    codes = await enrol(factors, code, client_address(request))
    if codes is None:
        return await enrol_page(request, factors, action=ADDRESS, wanted=HOME, forced=False, wrong=True)
    return page(request, "recovery.html", codes=codes, onwards=HOME)


async def show_recovery(request: Request, actor: Actor) -> Response:
    """Say what new codes mean before they are made."""
    await _factors(actor)
    return page(request, "recovery.html", codes=[], onwards=HOME)


async def do_recovery(request: Request, actor: Actor) -> Response:
    """New recovery codes, shown this once; the former ones are void."""
    factors = await _factors(actor)
    if not factors.totp_confirmed:
        return RedirectResponse(HOME, 303)
    codes = await new_recovery_codes(factors.person_id, client_address(request))
    return page(request, "recovery.html", codes=codes, onwards=HOME)


async def _factors(actor: Actor) -> Factors:
    """What the person behind the session has; the door asks for the fresh proof."""
    person_id = await execute(actor, EnterOwnAccess())
    factors = await current_gate().factors_of(person_id)
    if factors is None:
        raise NotFound
    return factors
