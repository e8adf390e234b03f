"""The gate in front of every Reflex event: deny by default.

Reflex lets any client call any public method of any State and keys all state by a token that the tab chose. The gate
sees every event first, including chained, background and hydrating ones, and lets it through only if the socket's
session is alive, the state belongs to that session, the handler names a permission that the person holds, and the
payload has the annotated types.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.state import BaseState, FrontendEventExceptionState, State, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from tht_app.domain.errors import SessionEnded, Unavailable
from tht_app.domain.identity import Permission
from tht_app.state.acting import cookie
from tht_app.state.bucket import Buckets
from tht_app.state.feedback import NoticeState
from tht_app.state.marks import needs_of
from tht_app.state.payload import BadPayload, parameters_of, read
from tht_app.state.person import PersonState
from tht_app.state.session import Sessions, SignedIn, bind

log = logging.getLogger("tht.gate")

ROOT = State.get_full_name()
HYDRATES = frozenset({f"{ROOT}.hydrate", f"{ROOT}.hydrate_and_load"})
ON_LOAD = f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"
STORAGE = f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal"
FRAMEWORK: Mapping[str, Mapping[str, tuple[Any, bool]]] = {
    f"{ROOT}.set_is_hydrated": {"value": (bool, True)},
    f"{ROOT}.reflex___state____on_load_internal_state.set_is_hydrated": {"value": (bool, True)},
    ON_LOAD: {},
    f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception": {
        "info": (str, True),
        "component_stack": (str, True),
    },
}
"""What the page itself needs, for whoever is signed in; no data comes from these."""
COOKIE_NAMES = ("__Host-sid", "sid")


@dataclass(frozen=True, slots=True)
class Rule:
    """What the gate knows about one handler."""

    needs: frozenset[Permission]
    payload: Mapping[str, tuple[Any, bool]]


class GateIncomplete(RuntimeError):
    """A registered handler has no permission or no payload types: the app does not start."""


def session_cookie(header: str) -> str | None:
    """The session token of a cookie header."""
    return next((found for name in COOKIE_NAMES if (found := cookie(header, name))), None)


def is_setvar(name: str) -> bool:
    """The hidden setter that Reflex adds to every State."""
    return name.endswith(".setvar")


def is_framework(name: str) -> bool:
    """One of Reflex's own handlers, with a rule of its own here."""
    return name in HYDRATES or name in FRAMEWORK or name == STORAGE


def rules() -> dict[str, Rule]:
    """The rule of every handler of ours. Raises GateIncomplete, naming all that lack one."""
    found: dict[str, Rule] = {}
    wrong: list[str] = []
    for name, registered in RegistrationContext.get().event_handlers.items():
        if is_framework(name) or is_setvar(name):
            continue
        wanted = needs_of(registered.handler.fn)
        if wanted is None:
            wrong.append(f"{name}: no permission")
            continue
        try:
            found[name] = Rule(wanted, parameters_of(registered.handler.fn))
        except (TypeError, NameError) as error:
            wrong.append(f"{name}: {error}")
    if wrong:
        raise GateIncomplete("handlers without a rule:\n  " + "\n  ".join(sorted(wrong)))
    return found


class Gate(rx.Middleware):
    """Stands first among the middlewares; see the module."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        close: Callable[[str], Awaitable[None]] | None = None,
        left: Callable[[str], None] | None = None,
        buckets: Buckets | None = None,
    ) -> None:
        """Ask `sessions` who is there.

        `close` ends the sockets of a session's token that turned out dead; `left` hears which tab goes to another page.
        """
        self._sessions = sessions
        self._left = left
        self._close = close
        self._buckets = buckets or Buckets()
        self._rules: dict[str, Rule] = {}

    def assert_complete(self) -> None:
        """Learn every rule; the app must not start if this raises GateIncomplete."""
        self._rules = rules()

    async def preprocess(self, app: Any, state: BaseState, event: Event) -> StateUpdate | None:
        """Let the event through (None) or stop it (an update)."""
        root = state._get_root_state()
        token = _socket_token(app, root)
        bind(None)
        try:
            who = await self._sessions.of(token, root.router.session.client_ip or None) if token else None
        except Unavailable:
            return await _told(root, "errors.common.unavailable")
        if who is None:
            return await self._ended(root, token)
        if not self._buckets.take(str(who.session_id)):
            log.warning("session %s sends too many events", who.session_id)
            return await _told(root, "errors.identity.too_fast")
        bound = await root.get_state(PersonState)
        if bound._session_id and bound._session_id != str(who.session_id):
            root.reset()
            await self._refuse(who, event.name, "state of another session")
            if event.name not in HYDRATES:
                return StateUpdate(events=Event.from_event_type(rx.redirect("/")))
        bound._became(who)
        bind(who)
        if self._left is not None and (event.name in HYDRATES or event.name == ON_LOAD):
            self._left(root.router.session.client_token)
        return await self._decide(root, event, who, token or "")

    async def _decide(self, root: BaseState, event: Event, who: SignedIn, token: str) -> StateUpdate | None:
        try:
            if not isinstance(event.payload, dict):
                raise BadPayload("it is no form")
            if event.name in HYDRATES:
                _keep_known_storage(event.payload.get("vars"))
                return None
            if event.name == STORAGE:
                _keep_known_storage(event.payload.get("vars"))
                return None
            rule = self._rules.get(event.name)
            known = FRAMEWORK.get(event.name)
            if known is not None:
                _replace(event.payload, read(event.payload, known))
                return None
            if rule is None or is_setvar(event.name):
                return await self._denied(root, who, event.name, "no such handler")
            if not who.may(rule.needs):
                return await self._denied(root, who, event.name, min(rule.needs))
            _replace(event.payload, read(event.payload, rule.payload))
        except BadPayload as problem:
            return await self._denied(root, who, event.name, f"payload: {problem}")
        if event.router_data and event.name not in FRAMEWORK:
            await self._sessions.touched(token)
        return None

    async def _denied(self, root: BaseState, who: SignedIn, name: str, reason: str) -> StateUpdate:
        await self._refuse(who, name, reason)
        if not who.permissions:  # the whole page says so
            return await _shown(root)
        return await _told(root, "errors.common.permission_denied")

    async def _refuse(self, who: SignedIn, name: str, reason: str) -> None:
        log.warning("refused %s to %s: %s", name, who.username, reason)
        try:
            await self._sessions.refused(who, name, reason)
        except (Unavailable, SessionEnded):
            log.exception("refusal of %s could not be audited", name)

    async def _ended(self, root: BaseState, token: str | None) -> StateUpdate:
        """Nobody is there any more: nothing of this state may be shown again, and the socket goes."""
        root.reset()
        root._clean()
        if token and self._close is not None:
            await self._close(token)
        return StateUpdate()


def _replace(payload: dict[str, Any], by: Mapping[str, Any]) -> None:
    payload.clear()
    payload.update(by)


def _keep_known_storage(sent: Any) -> None:
    """Browser storage that no State declares is dropped; what remains is short text."""
    if sent is None:
        return
    if not isinstance(sent, dict):
        raise BadPayload("vars is no form")
    for name, value in list(sent.items()):
        state_name, _, var = str(name).rpartition(".")
        declared = RegistrationContext.get().base_states.get(state_name)
        plain = var.removesuffix("_rx_state_")
        if declared is None or not declared._is_client_storage(plain) or not isinstance(value, str) or len(value) > 200:
            del sent[name]


def _socket_token(app: Any, root: BaseState) -> str | None:
    """The session token of the socket that now holds this tab, else of the one that last spoke for it.

    The token manager knows the present socket; the router data of a state may still be those of the former one.
    """
    namespace = getattr(app, "event_namespace", None)
    present = getattr(getattr(namespace, "_token_manager", None), "session_of", None)
    if present is not None and (found := present(root.router.session.client_token)):
        return found
    return session_cookie(root.router.headers.cookie or "")


async def _told(root: BaseState, key: str) -> StateUpdate:
    """Stop the event and say why in the notice region."""
    region = await root.get_state(NoticeState)
    region._push(key, "warn", {})
    region.answers += 1
    return await _shown(root)


async def _shown(root: BaseState) -> StateUpdate:
    """Stop the event and send what changed so far."""
    delta = await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta)


def silence_reflex() -> None:
    """Switch off what Reflex would do by evaluating code in the browser."""
    FrontendEventExceptionState.auto_reload_on_errors = []
