"""Reviewing, signing and adding to a signed note."""

import reflex as rx

from tht_app.domain.encounter.record import SignReview
from tht_app.domain.encounter.signing import ChangedSinceReview
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.encounter.view_models import ReviewView, review_view
from tht_app.state.encounter.visit import EncounterState, as_id, per_visit
from tht_app.state.ent.exam import ExamState
from tht_app.use_cases.encounter import AddAddendum, CheckSignature, ReviewForSigning, SettleNote, SignEncounter


@per_visit
class SigningState(Acting, rx.State):
    """The dialog of signing and the form of addenda. Passwords pass through and are never kept."""

    errors: dict[str, str] = {}
    key_epoch: int = 0
    addendum_epoch: int = 0
    open: bool = False
    review: ReviewView = ReviewView()
    changed: bool = False
    checked: str = ""
    """`` before; `intact`, `not_genuine` or `broken` after hash and signature were computed again."""

    @handler(needs=Permission.RECORD_SIGN)
    async def start(self) -> None:
        """Show what would be signed."""
        self.changed = False
        await self._show()
        self.errors = {}
        self.open = True

    async def _show(self) -> None:
        visit = await self.get_state(EncounterState)
        await self._execute(SettleNote(as_id(visit.view.id)))
        review: SignReview = await self._execute(ReviewForSigning(as_id(visit.view.id)))
        self.review = review_view(review, self._lang())

    @handler(needs=Permission.RECORD_SIGN)
    async def close(self) -> None:
        """Not now."""
        self.open = False
        self.review = ReviewView()

    @handler(needs=Permission.RECORD_SIGN)
    async def sign(self, form: dict[str, str]) -> None:
        """Sign exactly what the dialog shows; shows it anew if somebody changed it meanwhile."""
        visit = await self.get_state(EncounterState)
        passkey = form.get("passkey", "")
        request = SignEncounter(as_id(visit.view.id), form.get("password", ""), self.review.hash or "-", passkey)
        try:
            await self._execute(request, key=form.get("_key"))
        except ChangedSinceReview:
            await self._show()
            self.changed = True
            self.key_epoch += 1
            return
        self.key_epoch += 1
        self.open = False
        self.review = ReviewView()
        await visit._reload()
        exam = await self.get_state(ExamState)
        await exam._show(visit.view.id, may_write=False)
        await self._notify("encounter.sign.done", name=visit.view.patient_name)

    @handler(needs=Permission.RECORD_SIGN)
    async def addend(self, form: dict[str, str]) -> None:
        """Add to the signed note."""
        visit = await self.get_state(EncounterState)
        request = AddAddendum(as_id(visit.view.id), form.get("text", ""), form.get("password", ""))
        await self._execute(request, key=form.get("_key"))
        self.addendum_epoch += 1
        await visit._reload()
        await self._notify("encounter.addendum.saved", name=visit.view.patient_name)

    @handler(needs=Permission.RECORD_READ)
    async def check(self) -> None:
        """Compute the hash again from what is stored now."""
        visit = await self.get_state(EncounterState)
        found = await self._execute(CheckSignature(as_id(visit.view.id)))
        self.checked = "broken" if not found.intact else "intact" if found.genuine else "not_genuine"
