"""The records that were merged into the one on the page, and taking such a merge back."""

from datetime import datetime
from typing import Any

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import NotFound
from tht_app.domain.identity import Permission
from tht_app.domain.registration import MergeId, PatientId
from tht_app.domain.registration.merging import Merge
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.registration.ids import as_id
from tht_app.state.registration.merge_views import GoneView, MergedView, gone_view, merged_views
from tht_app.use_cases.registration import ListMerges, UndoMerge


class MergedState(Watching, Acting, rx.State):
    """What the page of a patient says about merges."""

    merges: list[MergedView] = []
    gone: GoneView = GoneView()
    parting: MergedView = MergedView()
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.PATIENT_READ)
    async def load(self) -> None:
        """Show which records are part of the patient that the address names, and follow what other desks do."""
        wanted = self.router.url.path.rstrip("/").rpartition("/")[2]
        self.reset()
        try:
            request = ListMerges(PatientId(as_id(wanted)))
        except NotFound:
            return
        view = LiveView("registration.merges", request, (topics.PATIENTS,), merge_vars, lang=self._lang())
        await self._watch(view)

    @handler(needs=Permission.PATIENT_MERGE)
    async def ask(self, merge_id: str) -> None:
        """Ask why before a merge is taken back."""
        self.parting = next((one for one in self.merges if one.id == merge_id), MergedView())
        self.errors = {}

    @handler(needs=Permission.PATIENT_MERGE)
    async def keep(self) -> None:
        """Leave the records together."""
        self.parting = MergedView()

    @handler(needs=Permission.PATIENT_MERGE)
    async def part(self, form: dict[str, str]) -> EventSpec:
        """Take the merge back that was asked about, and go to the record that stands by itself again."""
        request = UndoMerge(MergeId(as_id(self.parting.id)), form.get("reason", ""))
        parted: PatientId = await self._execute(request, key=form.get("_key"))
        number = self.parting.number
        self.parting = MergedView()
        self.key_epoch += 1
        await self._notify("registration.merge.parted", number=number)
        return rx.redirect(f"/patients/{parted}")  # type: ignore[return-value]


def merge_vars(merges: tuple[Merge, ...], _now: datetime, lang: str) -> dict[str, Any]:
    """What the page says about merges."""
    return {"merges": merged_views(merges, settings().zone, lang), "gone": gone_view(merges, lang)}
