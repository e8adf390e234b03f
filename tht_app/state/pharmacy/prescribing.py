"""The prescription writer beside the note of a visit."""

from datetime import UTC, datetime

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.domain.pharmacy.prescription import PrescriptionStatus
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.pharmacy.forms import as_id, line_of
from tht_app.state.pharmacy.view_models import (
    PrescriptionView,
    ProductOption,
    ProductView,
    option_view,
    prescription_view,
    product_view,
)
from tht_app.use_cases.pharmacy import (
    AddLine,
    CancelPrescription,
    EncounterPrescriptions,
    RemoveLine,
    SearchProducts,
    SignPrescription,
)

WRITE = Permission.PRESCRIPTION_WRITE


class PrescribingState(Acting, rx.State):
    """The draft and the signed prescriptions of one visit."""

    encounter_id: str = ""
    loaded: bool = False
    draft: PrescriptionView = PrescriptionView()
    signed: list[PrescriptionView] = []
    options: list[ProductOption] = []
    answers: str = ""
    product: ProductView = ProductView()
    errors: dict[str, str] = {}
    key_epoch: int = 0
    asking: str = ""
    """Empty, `sign`, or the id of the prescription that is about to be cancelled."""
    asking_number: str = ""
    _found: list[tuple[str, ProductView]] = []

    @handler(needs=Permission.PRESCRIPTION_READ)
    async def load(self, encounter_id: str) -> None:
        """Show the prescriptions of a visit."""
        if encounter_id != self.encounter_id:
            self._clear()
            self.asking = ""
        self.encounter_id = encounter_id
        await self._show()

    @handler(needs=WRITE, supersedes=True)
    async def search(self, text: str, question: str) -> None:
        """Suggest products."""
        lang = self._lang()
        products = await self._execute(SearchProducts(text))
        self._found = [(str(product.id), product_view(product, lang)) for product in products]
        self.options, self.answers = [option_view(product, lang) for product in products], question

    @handler(needs=WRITE)
    async def pick(self, product_id: str) -> None:
        """Take a suggestion; the form comes with its usual direction."""
        chosen = dict(self._found).get(product_id)
        if chosen is not None:
            self.product, self.errors = chosen, {}

    @handler(needs=WRITE)
    async def drop(self) -> None:
        """Not this product."""
        self._clear()

    @handler(needs=WRITE)
    async def add(self, form: dict[str, str]) -> None:
        """Add the picked product with its direction."""
        item = self.product.item
        request = AddLine(as_id(self.encounter_id), line_of(form, self.product.id))
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self._clear()
        await self._show()
        await self._notify("pharmacy.prescribing.added", item=item)

    @handler(needs=WRITE)
    async def remove(self, line_id: str) -> None:
        """Take a line off, with a way back."""
        item = next((line.item for line in self.draft.lines if line.id == line_id), "")
        await self._execute(RemoveLine(as_id(line_id)))
        await self._show()
        await self._notify("pharmacy.prescribing.removed", undo=PrescribingState.restore(line_id), item=item)

    @handler(needs=WRITE)
    async def restore(self, line_id: str) -> None:
        """Put a line back."""
        await self._execute(RemoveLine(as_id(line_id), removed=False))
        await self._show()

    @handler(needs=WRITE)
    async def ask(self, what: str) -> None:
        """Ask before signing (`sign`) or cancelling (an id); nothing closes the question."""
        numbers = {view.id: view.number for view in self.signed}
        self.asking = what if what == "sign" or what in numbers else ""
        self.asking_number = numbers.get(what, "")
        self.errors = {}

    @handler(needs=Permission.PRESCRIPTION_SIGN)
    async def sign(self, form: dict[str, str]) -> None:
        """Sign the draft that is shown."""
        number = await self._execute(SignPrescription(as_id(self.draft.id)), key=form.get("_key"))
        self.key_epoch += 1
        self.asking = ""
        await self._show()
        await self._notify("pharmacy.prescribing.signed", number=number)

    @handler(needs=Permission.PRESCRIPTION_SIGN)
    async def cancel(self, form: dict[str, str]) -> None:
        """Cancel the signed prescription that was asked about."""
        number = self.asking_number
        request = CancelPrescription(as_id(self.asking), form.get("reason", ""))
        await self._execute(request, key=form.get("_key"))
        self.key_epoch += 1
        self.asking = ""
        await self._show()
        await self._notify("pharmacy.prescribing.cancelled", number=number)

    def _clear(self) -> None:
        self.product, self.options, self.answers, self._found = ProductView(), [], "", []
        self.errors = {}

    async def _show(self) -> None:
        details = await self._execute(EncounterPrescriptions(as_id(self.encounter_id)))
        zone, lang = settings().zone, self._lang()
        today = datetime.now(UTC).astimezone(zone).date()
        views = [prescription_view(detail, zone, today, lang) for detail in details]
        drafts = [view for view in views if view.state == PrescriptionStatus.DRAFT]
        self.draft = drafts[0] if drafts else PrescriptionView()
        self.signed = [view for view in views if view.state != PrescriptionStatus.DRAFT]
        self.loaded = True
