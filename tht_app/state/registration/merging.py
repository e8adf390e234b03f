"""The screen that compares two records and merges them."""

from datetime import UTC, datetime

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import DomainError, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.merging import Doubt, Part, ensure_confirmed
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.feedback import error_words
from tht_app.state.registration.ids import as_id
from tht_app.state.registration.merge_views import LEFT, RIGHT, ComparisonView, SideView, comparison_view
from tht_app.state.registration.view_models import clinic_today
from tht_app.use_cases.registration import GetPatient, MergePatients, PreviewMerge

NOBODY = ComparisonView()


class MergeState(Acting, rx.State):
    """What stands on `/patients/[id]/merge`: the record of the address at the left, the picked one at the right."""

    patient_id: str = ""
    patient_name: str = ""
    record_number: str = ""
    view: ComparisonView = NOBODY
    compared: bool = False
    refusal: str = ""
    """Why the picked record cannot be compared."""
    errors: dict[str, str] = {}
    key_epoch: int = 0
    asking: bool = False
    stays: SideView = SideView()
    goes: SideView = SideView()
    _form: dict[str, str] = {}
    _doubts: tuple[Doubt, ...] = ()

    @handler(needs=Permission.PATIENT_MERGE)
    async def load(self) -> None:
        """Show the record that the address names, and compare at once when it names the other one too."""
        self.reset()
        wanted = self.router.url.path.rstrip("/").removesuffix("/merge").rpartition("/")[2]
        record = await self._execute(GetPatient(PatientId(as_id(wanted))))
        self.patient_id, self.patient_name = str(record.banner.id), record.banner.name
        self.record_number = shown_record_number(record.banner.record_number)
        if other := self.router.url.query_parameters.get("with", ""):
            await self._compare(other)

    @handler(needs=Permission.PATIENT_MERGE)
    async def pick(self, other_id: str) -> None:
        """Compare with the record that was looked up."""
        await self._compare(other_id)

    @handler(needs=Permission.PATIENT_MERGE)
    async def pick_another(self) -> None:
        """Take the other record away again."""
        self.view, self.compared, self.refusal, self.errors = NOBODY, False, "", {}

    @handler(needs=Permission.PATIENT_MERGE)
    async def review(self, form: dict[str, str]) -> None:
        """Ask once more, with both names, before anything is merged."""
        stays = form.get("stays", "")
        if stays not in {LEFT, RIGHT}:
            raise ValidationFailed({"stays": "choice"})
        ensure_confirmed(self._doubts, form.get("reason", "").strip(), confirmed=form.get("confirmed") == "on")
        self._form = form
        sides = (self.view.left, self.view.right)
        self.stays, self.goes = sides if stays == LEFT else (sides[1], sides[0])
        self.asking = True

    @handler(needs=Permission.PATIENT_MERGE)
    async def keep_apart(self) -> None:
        """Leave both records as they are."""
        self.asking = False

    @handler(needs=Permission.PATIENT_MERGE)
    async def merge(self) -> EventSpec:
        """Merge as chosen and go to the record that stands."""
        self.asking = False
        request = merge_request(self.stays, self.goes, self._form)
        await self._execute(request, key=self._form.get("_key"))
        self.key_epoch += 1
        await self._notify(
            "registration.merge.done",
            number=self.goes.record_number,
            name=self.stays.name,
            kept=self.stays.record_number,
        )
        return rx.redirect(f"/patients/{request.survivor_id}")  # type: ignore[return-value]

    async def _compare(self, other_id: str) -> None:
        self.view, self.compared, self.refusal, self.errors = NOBODY, False, "", {}
        lang, zone = self._lang(), settings().zone
        try:
            preview = await self._execute(PreviewMerge(PatientId(as_id(self.patient_id)), PatientId(as_id(other_id))))
        except DomainError as refused:
            self.refusal = error_words(refused, lang)
            return
        today = clinic_today(zone, datetime.now(UTC))
        self.view, self.compared = comparison_view(preview, self.patient_id, today, zone, lang), True
        self._doubts = preview.doubts


def merge_request(stays: SideView, goes: SideView, form: dict[str, str]) -> MergePatients:
    """What the form asks for: a part is taken where the chosen side is not the one that stays."""
    side = form.get("stays", "")
    taken = tuple(
        part.value for part in Part if (chosen := form.get(f"pick_{part.value}")) in {LEFT, RIGHT} and chosen != side
    )
    return MergePatients(
        PatientId(as_id(stays.id)),
        stays.version,
        PatientId(as_id(goes.id)),
        goes.version,
        taken,
        confirmed=form.get("confirmed") == "on",
        reason=form.get("reason", ""),
    )
