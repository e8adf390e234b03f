"""The sheet in which a patient is registered or corrected."""

import re
from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.patient import form_of
from tht_app.domain.registration.query import read_search
from tht_app.domain.registration.records import PatientRecord, RegistrationCheck
from tht_app.i18n import text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.registration.ids import as_id
from tht_app.state.registration.patient import PatientState
from tht_app.state.registration.view_models import CandidateView, candidate_view, clinic_today
from tht_app.use_cases.registration import CorrectPatient, FindDuplicates, GetPatient, GetPatientBanner, RegisterPatient

CONSENT_FIELDS = {"consent": ConsentPurpose.DATA_PROCESSING, "consent_reminders": ConsentPurpose.REMINDERS}


class RegistrationState(Acting, rx.State):
    """An open sheet: `start` fills its fields once, what is typed stays in the browser."""

    is_open: bool = False
    correcting: bool = False
    start: dict[str, str] = {}
    errors: dict[str, str] = {}
    key_epoch: int = 0
    candidates: list[CandidateView] = []
    doubts: list[str] = []
    minor: bool = False
    _patient_id: str = ""
    _version: int = 0

    @handler(needs=Permission.PATIENT_WRITE)
    async def open_new(self, text: str) -> None:
        """Open an empty sheet that starts from what was typed in the search box."""
        self._begin(correcting=False, start=_start_of(text))

    @handler(needs=Permission.PATIENT_WRITE)
    async def open_correction(self, patient_id: str) -> None:
        """Open the sheet with the data of a patient."""
        record: PatientRecord = await self._execute(GetPatient(PatientId(as_id(patient_id))))
        self._begin(correcting=True, start=form_of(record.details))
        self._patient_id, self._version = patient_id, record.version

    @handler(needs=Permission.PATIENT_WRITE)
    async def close(self) -> None:
        """Close the sheet and forget what it held."""
        self._begin(correcting=False, start={})
        self.is_open = False

    @handler(needs=Permission.PATIENT_WRITE)
    async def check(self, form: dict[str, str]) -> None:
        """A field was left: look for who is registered already and for what does not fit together."""
        await self._check(form)

    async def _check(self, form: dict[str, str]) -> None:
        check: RegistrationCheck = await self._execute(FindDuplicates(form))
        today, lang = clinic_today(settings().zone, datetime.now(UTC)), self._lang()
        self.candidates = [
            candidate_view(candidate, today, lang)
            for candidate in check.candidates
            if str(candidate.hit.banner.id) != self._patient_id
        ]
        self.doubts = [text_of(f"registration.doubt.{doubt}", lang) for doubt in check.doubts]
        self.minor = check.minor

    @handler(needs=Permission.PATIENT_WRITE)
    async def save(self, form: dict[str, str]) -> EventSpec | list[EventSpec] | None:
        """Register or correct; what is wrong stands beside its field and the sheet stays as it is."""
        key = form.pop("_key", None)
        if self.correcting:
            return await self._correct(form, key)
        consents = tuple(purpose for field, purpose in CONSENT_FIELDS.items() if form.pop(field, "") == "on")
        try:
            patient_id: PatientId = await self._execute(RegisterPatient(form, consents), key=key)
        except ValidationFailed as refusal:
            if "nik" in refusal.fields:
                await self._check(form)
            raise
        banner = await self._execute(GetPatientBanner(patient_id))
        self._saved()
        await self._notify(
            "registration.form.registered", name=banner.name, number=shown_record_number(banner.record_number)
        )
        return rx.redirect(f"/patients/{patient_id}")  # type: ignore[return-value]

    async def _correct(self, form: dict[str, str], key: str | None) -> EventSpec:
        patient_id = PatientId(as_id(self._patient_id))
        await self._execute(CorrectPatient(patient_id, self._version, form), key=key)
        self._saved()
        await self._notify("registration.form.corrected")
        return PatientState.load  # type: ignore[return-value]

    def _saved(self) -> None:
        self._begin(correcting=False, start={})
        self.is_open = False
        self.key_epoch += 1

    def _begin(self, *, correcting: bool, start: dict[str, str]) -> None:
        self.is_open, self.correcting, self.start = True, correcting, start
        self.errors, self.candidates, self.doubts, self.minor = {}, [], [], False
        self._patient_id, self._version = "", 0


def _start_of(text: str) -> dict[str, str]:
    """Which fields the searched text fills: a name, or one of the numbers, or a birth date."""
    today = clinic_today(settings().zone, datetime.now(UTC))
    plan = read_search(text, today)
    start = {"payer": "self"}
    if plan.nik:
        start["nik"] = plan.nik
    elif plan.phone and not plan.bpjs:
        start["phone"] = text.strip()
    elif plan.bpjs:
        start |= {"bpjs": plan.bpjs, "payer": "bpjs"}
    if plan.birth_date:
        start["birth_date"] = plan.birth_date.isoformat()
    if plan.words and not any(sign.isdigit() for sign in text):
        start["name"] = re.sub(r"(^|[\s'-])(\w)", lambda match: match[1] + match[2].upper(), text.strip())
    return start
