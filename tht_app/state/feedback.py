"""The one translator between what went wrong and what a person reads on a screen.

A bad field becomes words beside the field, a refusal becomes a notice, anything else is a bug: logged under an incident
id, of which the person sees only the id. Notices are our own region bound to State, because what Reflex sends as
`rx.toast` is evaluated as code in the browser.
"""

import logging
import secrets
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import DomainError, Param, Problem, ValidationFailed
from tht_app.i18n import LANGUAGES, text_of
from tht_app.i18n.catalog import UnknownKey
from tht_app.logs import places_of
from tht_app.state.marks import SIGNED_IN, needs

log = logging.getLogger("tht.incident")

MOST_NOTICES = 5
KINDS = ("done", "info", "warn", "danger")


@dataclass(frozen=True)
class Notice:
    """One message in the notice region, in both languages so that it follows the language switch."""

    id: str
    kind: str
    text_id: str
    text_en: str
    can_undo: bool
    href: str = ""
    """A document that goes with it, opened beside the screen; its words stand in `link_id` and `link_en`."""
    link_id: str = ""
    link_en: str = ""


class NoticeState(rx.State):
    """What the notice region shows, newest last."""

    notices: list[Notice] = []
    answers: int = 0
    """Rises with each form that was answered, kindly or not: the form in the browser unlocks by it."""
    _undo: dict[str, EventSpec] = {}

    @rx.event
    @needs(SIGNED_IN)
    async def dismiss(self, notice_id: str) -> None:
        """Take one notice away."""
        self._drop(notice_id)

    @rx.event
    @needs(SIGNED_IN)
    async def undo(self, notice_id: str) -> EventSpec | None:
        """Run what the notice offered to undo, once."""
        step = self._undo.get(notice_id)
        self._drop(notice_id)
        return step

    def _drop(self, notice_id: str) -> None:
        self.notices = [notice for notice in self.get_value("notices") if notice.id != notice_id]
        self._undo = {key: step for key, step in self.get_value("_undo").items() if key != notice_id}

    def _push(
        self,
        key: str,
        kind: str,
        params: dict[str, Param],
        undo: EventSpec | None = None,
        document: tuple[str, str] | None = None,
    ) -> None:
        """Show the words of a catalogue key; at most five notices stand at a time. `document` is address and key."""
        if kind not in KINDS:
            raise ValueError(f"a notice is one of {KINDS}, not {kind!r}")
        texts = {lang: text_of(key, lang, **params) for lang in LANGUAGES}
        href, words = document or ("", "")
        links = {lang: text_of(words, lang) if words else "" for lang in LANGUAGES}
        notice = Notice(
            secrets.token_hex(6), kind, texts["id"], texts["en"], undo is not None, href, links["id"], links["en"]
        )
        kept = [*self.get_value("notices"), notice][-MOST_NOTICES:]
        self.notices = kept
        steps = {**self.get_value("_undo"), **({notice.id: undo} if undo is not None else {})}
        self._undo = {key: step for key, step in steps.items() if any(left.id == key for left in kept)}


def problem_words(problem: Problem, lang: str) -> str:
    """What is wrong with one field, as words."""
    return text_of(f"problems.{problem.code}", lang, **problem.params)


def error_words(error: DomainError, lang: str) -> str:
    """What a refusal says; a refusal without words of its own is still said."""
    try:
        return text_of(error_key(error), lang, **error.params)
    except UnknownKey:
        return text_of("errors.domain.error", lang)


def error_key(error: DomainError) -> str:
    """The catalogue key of a refusal."""
    return f"errors.{error.code}"


def incident(error: BaseException, where: str) -> str:
    """Log a bug under a fresh id and return the id.

    Only names and places are logged: messages of exceptions quote values, and values here are people's health.
    """
    number = secrets.token_hex(4)
    log.error("incident %s in %s: %s at %s", number, where, type(error).__name__, places_of(error))
    return number


async def explain(state: Any, error: Exception, where: str, lang: str) -> None:
    """Put what went wrong where the person looks: beside the fields, or into the notice region."""
    if isinstance(error, ValidationFailed) and "errors" in state.__class__.vars:
        state.errors = {name: problem_words(problem, lang) for name, problem in error.fields.items()}
        return
    region = await state.get_state(NoticeState)
    if isinstance(error, ValidationFailed):
        for problem in list(error.fields.values())[:MOST_NOTICES]:
            region._push(f"problems.{problem.code}", "warn", dict(problem.params))
    elif isinstance(error, DomainError):
        try:
            region._push(error_key(error), "warn", error.params)
        except UnknownKey:
            region._push("errors.domain.error", "warn", {})
    else:
        region._push("errors.common.incident", "danger", {"incident": incident(error, where)})


def backend_exception(exception: Exception) -> None:
    """Replace Reflex's own handler, whose toast would be evaluated in the browser and whose log shows payloads."""
    incident(exception, "event")


def frontend_exception(exception: Exception) -> None:
    """Count an error of the browser; its text may quote what the screen shows and is not kept."""
    log.warning("browser error reported (%d characters)", len(str(exception)))
