"""The files of a visit and of a patient."""

from datetime import datetime
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.attachment import Attachment, AttachmentKind
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.attachment.view_models import file_views
from tht_app.state.encounter.visit import as_id
from tht_app.use_cases.attachment import (
    AttachmentsOfPatient,
    AttachmentsOfVisit,
    MarkInError,
    RemoveAttachment,
    VisitAttachments,
)

WRITING = (Permission.RECORD_WRITE, Permission.RECORD_WRITE_NURSING)


class VisitFilesState(Watching, Acting, rx.State):
    """What is attached to the visit on the screen; moves when somebody else attaches something."""

    files: list[dict[str, Any]] = []
    may_attach: bool = False
    visit_id: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0
    asking: str = ""
    """The id of the file that is about to be taken back or marked as wrong."""
    asking_name: str = ""
    wrong: bool = False

    @handler(needs=Permission.RECORD_READ)
    async def load(self) -> None:
        """Show the files of the visit that the address names, and follow them."""
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        if wanted != self.visit_id:
            self.reset()
        self.visit_id = wanted
        try:
            request = AttachmentsOfVisit(as_id(wanted))
            topic = topics.attachments(str(request.encounter_id))
            me = self._person().person_id
            await self._watch(LiveView("attachment.visit", request, (topic,), visit_files_vars, me, self._lang()))
        except NotFound:
            self.reset()

    @handler(needs=WRITING)
    async def ask(self, file_id: str) -> None:
        """Ask once more before a file is taken back or marked as wrong."""
        chosen = next((file for file in self.files if file["id"] == file_id), None)
        if chosen is not None and (chosen["removable"] or chosen["correctable"]):
            self.asking, self.asking_name = file_id, chosen["name"]
            self.wrong, self.errors = not chosen["removable"], {}

    @handler(needs=WRITING)
    async def leave(self) -> None:
        """Leave it as it is."""
        self.asking = ""

    @handler(needs=WRITING)
    async def remove(self) -> None:
        """Take the file back."""
        await self._execute(RemoveAttachment(as_id(self.asking)))
        name, self.asking = self.asking_name, ""
        await self._reread()
        await self._notify("attachment.remove.done", name=name)

    @handler(needs=WRITING)
    async def mark_wrong(self, form: dict[str, str]) -> None:
        """Mark it as wrong, with a reason."""
        await self._execute(MarkInError(as_id(self.asking), form.get("reason", "")), key=form.get("_key"))
        name, self.asking = self.asking_name, ""
        self.key_epoch += 1
        await self._reread()
        await self._notify("attachment.wrong.done", name=name)


def visit_files_vars(found: VisitAttachments, _now: datetime, lang: str) -> dict[str, Any]:
    """What the encounter screen shows of its files."""
    return {"files": file_views(found.files, settings().zone, lang), "may_attach": found.may_attach}


class PatientFilesState(Acting, rx.State):
    """Everything that was attached to a patient's visits."""

    files: list[dict[str, Any]] = []
    kind: str = ""
    """Of which kind only; empty for all. It stands in the address."""

    @handler(needs=Permission.PATIENT_READ)
    async def load(self) -> None:
        """Show the files of the patient that the address names, for who may read the record."""
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        asked = self.router.url.query_parameters.get("kind", "")
        self.kind = asked if asked in set(AttachmentKind) else ""
        self.files = []
        if Permission.RECORD_READ not in self._person().permissions:
            return
        try:
            found: tuple[Attachment, ...] = await self._execute(AttachmentsOfPatient(as_id(wanted)))
        except NotFound:
            return
        self.files = file_views(found, settings().zone, self._lang())

    @handler(needs=Permission.RECORD_READ)
    async def choose_kind(self, kind: str) -> EventSpec:
        """Show one kind only."""
        self.kind = kind if kind in set(AttachmentKind) else ""
        path = self.router.url.path
        return rx.redirect(f"{path}?kind={self.kind}" if self.kind else path, replace=True)  # type: ignore[return-value]
