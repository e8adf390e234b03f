"""How a screen's State does something: `Acting` to reach the use cases, `handler` to name the permission.

class PatientsState(Acting, rx.State):
    errors: dict[str, str] = {}

    @handler(needs=Permission.PATIENT_SEARCH)
    async def search(self, text: str): ...
"""

import functools
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookies import CookieError, SimpleCookie
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from reflex.istate.proxy import StateProxy

from tht_app.domain.errors import Param
from tht_app.domain.proof import ProofNeeded
from tht_app.i18n import as_language
from tht_app.state.feedback import NoticeState, explain
from tht_app.state.marks import SIGNED_IN, Needs
from tht_app.state.marks import needs as marked
from tht_app.state.proof import ProofState
from tht_app.state.session import SignedIn, current, signed_in
from tht_app.use_cases.door import execute

__all__ = ["SIGNED_IN", "Acting", "handler"]


class Acting(rx.State, mixin=True):
    """What every screen's State inherits: act as the person of this session, and tell them."""

    def _person(self) -> SignedIn:
        """Whoever the running event belongs to; raises SessionEnded."""
        return current()

    async def _execute(self, request: Any, key: str | None = None) -> Any:
        """Run a use case as this person. `key` makes a repeat have one effect; raises DomainError."""
        return await execute(current().actor, request, key=key)

    async def _notify(
        self,
        text_key: str,
        kind: str = "done",
        undo: EventSpec | None = None,
        document: tuple[str, str] | None = None,
        **params: Param,
    ) -> None:
        """Show a notice in our own region; `undo` is an event of ours that takes the deed back.

        `document` is the address of a document that goes with it and the catalogue key of its link.
        """
        region = await self.get_state(NoticeState)
        region._push(text_key, kind, params, undo, document)

    def _lang(self) -> str:
        """The language this person reads: the browser's choice, else what their account says."""
        return spoken(self)


def cookie(header: str, name: str) -> str | None:
    """One cookie of a request header; nothing if it is absent or the header cannot be read."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return None
    return jar[name].value if name in jar else None


def spoken(state: rx.State) -> str:
    """The receiver's language, for text that is made on the server."""
    who = signed_in()
    return as_language(cookie(state.router.headers.cookie or "", "lang") or (who.lang if who else None))


def _form_came(arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
    return any(isinstance(value, dict) for value in (*arguments, *named.values()))


async def _settle(state: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    """A form that went through has no errors left."""
    if not _form_came(arguments, named):
        return
    async with _writable(state):
        if "errors" in state.__class__.vars and state.errors:
            state.errors = {}
        await _answer(state)


async def _answer(state: Any) -> None:
    """Tell the form in the browser that its answer is here, even if nothing else on the screen changes."""
    region = await state.get_state(NoticeState)
    region.answers += 1


@asynccontextmanager
async def _writable(state: Any) -> AsyncIterator[None]:
    """A background handler writes only while it holds the state's lock."""
    if isinstance(state, StateProxy) and not state._is_mutable():
        async with state:
            yield
    else:
        yield


async def _explain(state: Any, error: Exception, where: str) -> None:
    async with _writable(state):
        await explain(state, error, where, spoken(state))
        await _answer(state)


def _place(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


async def _refused(
    state: Any, error: Exception, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """Words for a refusal, an incident for a bug, and the question who sits there where a proof is missing."""
    if isinstance(error, ProofNeeded):
        await _ask_for_proof(state, error, function, arguments, named)
    else:
        await _explain(state, error, _place(function))


async def _ask_for_proof(
    state: Any, needed: ProofNeeded, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    """Open the dialog, and keep this very step for when the proof is given; a waiting form goes on waiting."""
    given = inspect.signature(function).bind(state, *arguments, **named).arguments
    step = getattr(state.__class__, function.__name__)(*list(given.values())[1:])
    async with _writable(state):
        dialog = await state.get_state(ProofState)
        dialog._ask(str(needed.params["kind"]), step)


def _explained(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a coroutine or async generator so that refusals become words and bugs become incidents."""
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def stream(self: Any, *arguments: Any, **named: Any) -> Any:
            problem: Exception | None = None
            steps = function(self, *arguments, **named)
            while True:
                try:
                    step = await anext(steps)
                except StopAsyncIteration:
                    break
                except Exception as error:  # noqa: BLE001  one of the three translators
                    problem = error
                    break
                yield step
            if problem is None:
                await _settle(self, arguments, named)
            else:
                await _refused(self, problem, function, arguments, named)

        return stream
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def once(self: Any, *arguments: Any, **named: Any) -> Any:
            try:
                result = await function(self, *arguments, **named)
            except Exception as error:  # noqa: BLE001  one of the three translators
                await _refused(self, error, function, arguments, named)
                return None
            await _settle(self, arguments, named)
            return result

        return once
    place = _place(function)
    raise TypeError(f"{place} has to be async: a sync handler would stop every screen of the clinic while it runs")


def handler(*, needs: Needs, **actions: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a State method callable from the browser, for whom holds one of `needs`.

    Other keywords go to `rx.event` (`debounce`, `supersedes`, `background`, ...). The annotations of the parameters
    are enforced by the gate: what cannot be converted is refused.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        marked_function: Any = marked(needs)(_explained(function))
        return rx.event(marked_function, **actions)

    return decorate
