"""The examination form: one tap a finding."""

from collections.abc import Sequence
from uuid import UUID

import reflex as rx

from tht_app.domain.ent.findings import Finding
from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.state.acting import Acting, handler
from tht_app.state.ent.view_models import SentenceView, pressed, remarks, sentences
from tht_app.use_cases.ent import AllNormal, ReadExam, RestNormal, TakeBackNormals, TapFinding, WriteRemark

PARTS = ("ear", "nose", "throat")


def _named(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


class ExamState(Acting, rx.State):
    """What stands in the examination of the encounter that is open."""

    pressed: list[str] = []
    remarks: dict[str, str] = {}
    sentences: list[SentenceView] = []
    may_write: bool = False
    part: str = "ear"
    _encounter: str = ""

    @handler(needs=Permission.RECORD_READ)
    async def show_part(self, part: str) -> None:
        """Ear, nose or throat."""
        self.part = part if part in PARTS else "ear"

    @handler(needs=Permission.RECORD_WRITE)
    async def tap(self, finding: str) -> None:
        """Turn one finding on or off."""
        self._take(await self._execute(TapFinding(self._id(), finding)))

    @handler(needs=Permission.RECORD_WRITE)
    async def rest_normal(self, part: str, side: str) -> None:
        """Everything of this part and side without a finding is normal."""
        self._take(await self._execute(RestNormal(self._id(), part, side)))

    @handler(needs=Permission.RECORD_WRITE)
    async def all_normal(self, part: str) -> None:
        """Everything that has no finding is normal: in one part, or in all of them with an empty `part`."""
        marked = await self._execute(AllNormal(self._id(), part))
        self._take(marked.findings)
        if marked.added:
            undo = ExamState.take_back(self._encounter, list(marked.added))
            await self._notify("ent.exam.normals_added", undo=undo, count=len(marked.added))
        else:
            await self._notify("ent.exam.nothing_left", "info")

    @handler(needs=Permission.RECORD_WRITE)
    async def take_back(self, encounter_id: str, keys: list[str]) -> None:
        """Take normals back that were set at once."""
        found = await self._execute(TakeBackNormals(_named(encounter_id), tuple(keys)))
        if self._encounter == encounter_id:
            self._take(found)

    @handler(needs=Permission.RECORD_WRITE)
    async def remark(self, part: str, side: str, text: str) -> None:
        """Store the free text of a part and side."""
        self._take(await self._execute(WriteRemark(self._id(), part, side, text)))

    async def _show(self, encounter_id: str, *, may_write: bool) -> None:
        """Read the examination of an encounter."""
        self._encounter, self.may_write = encounter_id, may_write
        self._take(await self._execute(ReadExam(self._id())))

    def _id(self) -> UUID:
        return _named(self._encounter)

    def _take(self, findings: Sequence[Finding]) -> None:
        self.pressed = pressed(findings)
        self.remarks = remarks(findings)
        self.sentences = sentences(findings, self._lang())
