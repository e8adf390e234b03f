"""Opening a record in an emergency, and the strip that says so while it is open."""

from contextlib import suppress
from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.care.view_models import OpenAccessView, StrangerView, closed_view, open_access_view
from tht_app.state.encounter.visit import EncounterState
from tht_app.state.registration.ids import as_id
from tht_app.state.registration.patient import PatientState
from tht_app.state.registration.patients import PatientsState
from tht_app.use_cases.care import EndEmergency, OpenEmergency, ReadOwnEmergency

BREAK_GLASS = Permission.RECORD_BREAK_GLASS


class EmergencyState(Acting, rx.State):
    """The dialog and the strip."""

    wanted: StrangerView = StrangerView()
    """Whose record is about to be opened; empty while the dialog is shut."""
    access: OpenAccessView = OpenAccessView()
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.PATIENT_READ)
    async def load(self) -> None:
        """Show the record that is open in this way, to who can open one."""
        self.wanted, self.access = StrangerView(), OpenAccessView()
        if BREAK_GLASS in self._person().permissions:
            access = await self._execute(ReadOwnEmergency())
            self.access = open_access_view(access, settings().zone, datetime.now(UTC))

    @handler(needs=BREAK_GLASS)
    async def ask(self) -> None:
        """Ask for a reason before the record of the found stranger is opened."""
        patients = await self.get_state(PatientsState)
        self.wanted, self.errors = patients.stranger, {}

    @handler(needs=BREAK_GLASS)
    async def ask_here(self) -> None:
        """The same for the patient whose page is open while their record is not, for example before a booking."""
        patient = await self.get_state(PatientState)
        if patient.record_closed:
            self.wanted, self.errors = closed_view(patient.banner), {}

    @handler(needs=BREAK_GLASS)
    async def close(self) -> None:
        """Not now."""
        self.wanted, self.errors = StrangerView(), {}

    @handler(needs=BREAK_GLASS)
    async def open(self, form: dict[str, str]) -> EventSpec | list[EventSpec]:
        """Open the record for an hour and go there; where one is there already, it is read anew."""
        patient_id = self.wanted.id
        request = OpenEmergency(as_id(patient_id), form.get("reason", ""))
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self.wanted = StrangerView()
        page = f"/patients/{patient_id}"
        if self.router.url.path.rstrip("/") == page:
            return [PatientState.load, EmergencyState.load]
        return rx.redirect(page)  # type: ignore[return-value]

    @handler(needs=BREAK_GLASS)
    async def end(self) -> EventSpec:
        """Close the record before its hour is over, unless another screen has, and leave it."""
        with suppress(NotFound):
            await self._execute(EndEmergency())
        return await self._leave()

    @handler(needs=BREAK_GLASS)
    async def expire(self) -> EventSpec:
        """The hour is over: the record closes on this screen too."""
        await self._notify("care.emergency.expired", "info")
        return await self._leave()

    async def _leave(self) -> EventSpec:
        """Nothing of the record stays on this screen."""
        self.access = OpenAccessView()
        (await self.get_state(PatientState)).reset()
        await (await self.get_state(EncounterState))._start_afresh()
        return rx.redirect("/patients")  # type: ignore[return-value]
