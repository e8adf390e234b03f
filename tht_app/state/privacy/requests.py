"""The register of requests, and what was asked about one patient."""

from datetime import UTC, datetime

import reflex as rx

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.privacy import RequestId
from tht_app.domain.registration import PatientId
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.state.acting import Acting, handler
from tht_app.state.privacy.view_models import RequestRow, answer_of, recording_of, register_vars, request_rows
from tht_app.state.registration.ids import as_id
from tht_app.use_cases.privacy import ReadRequests, RequestsOfPatient

MANAGE = Permission.PRIVACY_MANAGE
READERS = (MANAGE, Permission.PRIVACY_OVERSEE)


class PrivacyState(Watching, Acting, rx.State):
    """The register, on its own page and on the first screen."""

    rows: list[RequestRow] = []
    waiting: list[RequestRow] = []
    late: int = 0
    loaded: bool = False
    chosen: RequestRow = RequestRow()
    """The request whose answer is being written."""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=READERS)
    async def load(self) -> None:
        """Show the register, and follow it."""
        self.chosen, self.errors = RequestRow(), {}
        may = self._person().permissions
        await self._watch(
            LiveView(
                name="privacy.register",
                request=ReadRequests(),
                topics=(topics.PRIVACY,),
                make=register_vars,
                audience=MANAGE in may,
                lang=self._lang(),
            )
        )

    @handler(needs=MANAGE)
    async def ask(self, request_id: str) -> None:
        """Open the form of an answer."""
        self.chosen = next((row for row in self.waiting if row.id == request_id), RequestRow())
        self.errors = {}

    @handler(needs=MANAGE)
    async def leave(self) -> None:
        """Not now."""
        self.chosen, self.errors = RequestRow(), {}

    @handler(needs=MANAGE)
    async def answer(self, form: dict[str, str]) -> None:
        """Keep what was answered."""
        await self._execute(answer_of(RequestId(as_id(self.chosen.id)), form), key=form.get("_key"))
        self.key_epoch += 1
        self.chosen = RequestRow()
        await self._reread()
        await self._notify("privacy.answer.done")


class PatientPrivacyState(Acting, rx.State):
    """What was asked about the patient of the page."""

    patient_id: str = ""
    rows: list[RequestRow] = []
    recording: bool = False
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.PATIENT_READ)
    async def load(self) -> None:
        """Show what was asked about the patient that the address names, for who keeps the register."""
        self.reset()
        if MANAGE not in self._person().permissions:
            return
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        try:
            await self._show(wanted)
        except NotFound:
            return
        self.patient_id = wanted

    @handler(needs=MANAGE)
    async def begin(self) -> None:
        """Open the form in which a request is written down."""
        self.recording, self.errors = True, {}

    @handler(needs=MANAGE)
    async def leave(self) -> None:
        """Close it."""
        self.recording, self.errors = False, {}

    @handler(needs=MANAGE)
    async def record(self, form: dict[str, str]) -> None:
        """Write the request down and say until when it has to be answered."""
        request = recording_of(PatientId(as_id(self.patient_id)), form)
        request_id = await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self.recording = False
        await self._show(self.patient_id)
        due = next((row.due for row in self.rows if row.id == str(request_id)), "")
        await self._notify("privacy.record.done", due=due)

    async def _show(self, patient_id: str) -> None:
        found = await self._execute(RequestsOfPatient(as_id(patient_id)))
        self.rows = request_rows(found, datetime.now(UTC), self._lang())
