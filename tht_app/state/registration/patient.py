"""One patient: banner, demographics, consents."""

from dataclasses import replace
from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import ConsentId, PatientId
from tht_app.domain.registration.consent import ConsentGiver, ConsentPurpose
from tht_app.domain.registration.records import PatientRecord
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.banner import BannerView
from tht_app.state.encounter.view_models import VisitView, visit_view
from tht_app.state.registration.ids import as_id
from tht_app.state.registration.view_models import (
    ConsentView,
    FactView,
    banner_view,
    clinic_today,
    consent_view,
    fact_views,
    with_allergies,
)
from tht_app.use_cases.encounter import ReadAllergyLine, ReadPatientVisits
from tht_app.use_cases.registration import GetPatient, ListConsents, RecordConsent, WithdrawConsent


class PatientState(Acting, rx.State):
    """What stands on `/patients/[id]`."""

    phase: str = "loading"
    """`loading`, `ready` or `missing`."""
    banner: BannerView = BannerView()
    facts: list[FactView] = []
    consents: list[ConsentView] = []
    visits: list[VisitView] = []
    record_closed: bool = False
    """The person knows the patient and does not treat them now: who they are is shown, their record is not."""
    tab_title: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0
    recording: bool = False
    withdrawing: ConsentView = ConsentView()

    @handler(needs=Permission.PATIENT_READ)
    async def load(self) -> EventSpec | None:
        """Show the patient that the address names; the address of a merged record leads to the one that stands."""
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        if wanted != self.banner.patient_id:
            self.reset()
        try:
            standing = await self._show(PatientId(as_id(wanted)))
        except NotFound:
            self.reset()
            self.phase = "missing"
            return None
        if str(standing) == wanted:
            return None
        await self._notify(
            "registration.merge.led_here", "info", name=self.banner.name, number=self.banner.record_number
        )
        return rx.redirect(f"/patients/{standing}", replace=True)  # type: ignore[return-value]

    @handler(needs=Permission.RECORD_READ)
    async def open_visit(self, encounter_id: str) -> EventSpec:
        """Go to a visit."""
        return rx.redirect(f"/encounters/{encounter_id}")  # type: ignore[return-value]

    @handler(needs=Permission.CONSENT_WRITE)
    async def begin_recording(self) -> None:
        """Open the sheet in which a consent is recorded."""
        self.recording, self.errors = True, {}

    @handler(needs=Permission.CONSENT_WRITE)
    async def stop_recording(self) -> None:
        """Close it."""
        self.recording = False

    @handler(needs=Permission.CONSENT_WRITE)
    async def record_consent(self, form: dict[str, str]) -> None:
        """Store what patient or guardian answered."""
        patient_id = PatientId(as_id(self.banner.patient_id))
        await self._execute(_consent_of(patient_id, form), key=form.get("_key"))
        self.recording = False
        self.key_epoch += 1
        await self._show_consents()
        await self._notify("registration.consent.recorded")

    @handler(needs=Permission.CONSENT_WRITE)
    async def ask_withdrawal(self, consent_id: str) -> None:
        """Ask once more before a consent is taken back."""
        self.withdrawing = next((one for one in self.consents if one.id == consent_id), ConsentView())

    @handler(needs=Permission.CONSENT_WRITE)
    async def keep_consent(self) -> None:
        """Leave it as it is."""
        self.withdrawing = ConsentView()

    @handler(needs=Permission.CONSENT_WRITE)
    async def withdraw_consent(self) -> None:
        """Take the consent back that was asked about."""
        consent_id = ConsentId(as_id(self.withdrawing.id))
        self.withdrawing = ConsentView()
        await self._execute(WithdrawConsent(consent_id))
        await self._show_consents()
        await self._notify("registration.consent.withdrawn_done")

    async def _show(self, wanted: PatientId) -> PatientId:
        record: PatientRecord = await self._execute(GetPatient(wanted))
        patient_id = record.banner.id
        zone, lang = settings().zone, self._lang()
        view = banner_view(record.banner, clinic_today(zone, datetime.now(UTC)), lang)
        if Permission.RECORD_READ in self._person().permissions:
            view = await self._with_record(view, patient_id)
        self.banner = view
        self.tab_title = f"{view.name}, {view.record_number}"
        self.facts = fact_views(record, lang)
        await self._show_consents()
        self.phase = "ready"
        return patient_id

    async def _with_record(self, view: BannerView, patient_id: PatientId) -> BannerView:
        """Visits, and the banner with allergies; says so where the record is not open to this person."""
        zone, lang = settings().zone, self._lang()
        try:
            allergies = await self._execute(ReadAllergyLine(patient_id))
            lines = await self._execute(ReadPatientVisits(patient_id))
        except NotFound:
            self.record_closed, self.visits = True, []
            return replace(view, allergy_state="hidden")
        self.record_closed = False
        self.visits = [visit_view(line, zone, lang, now=datetime.now(UTC)) for line in lines]
        return with_allergies(view, allergies, zone, lang)

    async def _show_consents(self) -> None:
        patient_id = PatientId(as_id(self.banner.patient_id))
        consents = await self._execute(ListConsents(patient_id))
        zone, lang = settings().zone, self._lang()
        self.consents = [consent_view(one, str(patient_id), zone, lang) for one in consents]


def _consent_of(patient_id: PatientId, form: dict[str, str]) -> RecordConsent:
    """What was answered on the form; raises `ValidationFailed` for an answer that is not offered."""
    purpose, giver, answer = form.get("purpose", ""), form.get("giver", ""), form.get("answer", "")
    problems: dict[str, str | Problem] = {}
    if purpose not in set(ConsentPurpose):
        problems["purpose"] = "choice"
    if giver not in set(ConsentGiver):
        problems["giver"] = "choice"
    if answer not in ("given", "refused"):
        problems["answer"] = "choice"
    if problems:
        raise ValidationFailed(problems)
    name = form.get("giver_name", "")
    return RecordConsent(patient_id, ConsentPurpose(purpose), answer == "given", ConsentGiver(giver), name)
