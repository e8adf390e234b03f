"""Medicines of a template: searched, given a direction, put on its list."""

from collections.abc import Mapping

import reflex as rx

from tht_app.domain.identity import Permission
from tht_app.domain.template import TemplateLine
from tht_app.state.acting import Acting, handler
from tht_app.state.pharmacy.forms import line_of
from tht_app.state.pharmacy.view_models import ProductOption, ProductView, option_view, product_view
from tht_app.state.template.view_models import PartView, line_views
from tht_app.use_cases.pharmacy import SearchProducts
from tht_app.use_cases.template.writing import ensure_direction

WRITE = Permission.RECORD_WRITE


def template_line(form: Mapping[str, str], product: ProductView) -> TemplateLine:
    """The line that the form describes; raises ValidationFailed that names every bad field."""
    typed = line_of(form, product.id)
    line = TemplateLine(
        typed.product_id,
        product.item,
        typed.amount,
        typed.unit,
        typed.times_per_day,
        typed.route,
        typed.quantity,
        typed.side,
        typed.timing,
        typed.as_needed,
        typed.days,
        typed.note,
    )
    ensure_direction(line)
    return line


class TemplateLinesState(Acting, rx.State):
    """Medicines of the template that is being written."""

    lines: list[PartView] = []
    options: list[ProductOption] = []
    answers: str = ""
    product: ProductView = ProductView()
    errors: dict[str, str] = {}
    key_epoch: int = 0
    _found: list[tuple[str, ProductView]] = []
    _lines: list[TemplateLine] = []

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
        self.product, self.errors = ProductView(), {}

    @handler(needs=WRITE)
    async def add(self, form: dict[str, str]) -> None:
        """Add the picked product with its direction."""
        self._lines = [*self._lines, template_line(form, self.product)]
        self.lines = line_views(self._lines, self._lang())
        self.product, self.options, self.answers = ProductView(), [], ""
        self.key_epoch += 1

    @handler(needs=WRITE)
    async def remove(self, place: int) -> None:
        """Not this line."""
        self._lines = [line for at, line in enumerate(self._lines) if at != place]
        self.lines = line_views(self._lines, self._lang())

    def _show(self, lines: tuple[TemplateLine, ...]) -> None:
        self.reset()
        self._lines = list(lines)
        self.lines = line_views(self._lines, self._lang())
