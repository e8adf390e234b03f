"""The shelf: products, the lots of one, the ledger of a lot, taking in and correcting."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import reflex as rx
from reflex.event import EventSpec

from tht_app.domain.errors import Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.i18n import number_text, text_of
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.pharmacy.forms import as_id, goods_of, whole
from tht_app.state.pharmacy.stock_views import LedgerView, LotView, StockRow, ledger_view, lot_view, stock_row
from tht_app.use_cases.pharmacy import AdjustStock, LotLedger, ProductLots, ReceiveStock, StockOverview
from tht_app.use_cases.pharmacy.stock import PAGE

READ, WRITE = Permission.INVENTORY_READ, Permission.INVENTORY_WRITE


class InventoryState(Acting, rx.State):
    """One page of products; `only` and `text` come from the address."""

    rows: list[StockRow] = []
    text: str = ""
    only: str = ""
    page: int = 1
    pages: int = 1
    summary: str = ""
    loaded: bool = False
    opened: StockRow = StockRow()
    part: str = "lots"
    lots: list[LotView] = []
    ledger: list[LedgerView] = []
    ledger_lot: str = ""
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=READ)
    async def load(self) -> None:
        """Read what the address asks for."""
        query = self.router.url.query_parameters
        self.text, self.only = query.get("q", "")[:100], query.get("only", "")[:20]
        page = query.get("page", "1")
        self.page = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1
        self.opened = StockRow()
        await self._show()

    @handler(needs=READ)
    async def search(self, form: dict[str, str]) -> EventSpec:
        """Go to the products that fit."""
        wanted = {"q": form.get("q", "").strip(), "only": self.only}
        return rx.redirect(f"/inventory?{urlencode({k: v for k, v in wanted.items() if v})}")  # type: ignore[return-value]

    @handler(needs=READ)
    async def narrow(self, only: str) -> EventSpec:
        """Go to all, low, empty, expiring or expired ones."""
        wanted = {"q": self.text, "only": only[:20]}
        return rx.redirect(f"/inventory?{urlencode({k: v for k, v in wanted.items() if v})}")  # type: ignore[return-value]

    @handler(needs=READ)
    async def open_item(self, product_id: str) -> None:
        """Show the lots of a product beside the list."""
        self.opened = next((row for row in self.rows if row.id == product_id), StockRow())
        self.part, self.errors = "lots", {}
        await self._show_lots()

    @handler(needs=READ)
    async def close_item(self) -> None:
        """Only the list."""
        self.opened, self.lots, self.ledger, self.errors = StockRow(), [], [], {}

    @handler(needs=READ)
    async def show_part(self, part: str) -> None:
        """Lots, receiving or correcting."""
        self.part = part if part in {"lots", "receive", "adjust"} else "lots"
        self.errors = {}

    @handler(needs=READ)
    async def open_ledger(self, lot_id: str) -> None:
        """Show the ledger of a lot."""
        entries = await self._execute(LotLedger(as_id(lot_id)))
        self.ledger = [ledger_view(entry, settings().zone, self._lang()) for entry in entries]
        self.ledger_lot = next((lot.number for lot in self.lots if lot.value == lot_id), "")

    @handler(needs=WRITE)
    async def receive(self, form: dict[str, str]) -> None:
        """Take goods of the open product onto the shelf."""
        goods = goods_of(form, self.opened.id)
        await self._execute(ReceiveStock((goods,), form.get("note", "")), key=form.get("_key"))
        await self._saved()
        await self._notify("pharmacy.inventory.received", count=number_text(goods.quantity), item=self.opened.item)

    @handler(needs=WRITE)
    async def adjust(self, form: dict[str, str]) -> None:
        """Correct a lot of the open product."""
        problems: dict[str, str | Problem] = {}
        delta = whole(form, "delta", problems)
        if not form.get("lot_id"):
            problems["lot_id"] = "required"
        if problems:
            raise ValidationFailed(problems)
        request = AdjustStock(as_id(form["lot_id"]), delta, form.get("reason_note", ""), form.get("reason", ""))
        try:
            await self._execute(request, key=form.get("_key"))
        except ValidationFailed as refused:
            raise ValidationFailed(
                {"reason_note" if name == "note" else name: problem for name, problem in refused.fields.items()}
            ) from refused
        await self._saved()
        await self._notify("pharmacy.inventory.adjusted", item=self.opened.item)

    async def _saved(self) -> None:
        self.key_epoch += 1
        self.part = "lots"
        await self._show()
        self.opened = next((row for row in self.rows if row.id == self.opened.id), self.opened)
        await self._show_lots()

    def _today(self) -> date:
        return datetime.now(UTC).astimezone(settings().zone).date()

    async def _show_lots(self) -> None:
        self.ledger, self.ledger_lot = [], ""
        if not self.opened.id:
            self.lots = []
            return
        lots = await self._execute(ProductLots(as_id(self.opened.id)))
        self.lots = [lot_view(lot, self._today(), self._lang()) for lot in lots]

    async def _show(self) -> None:
        lang = self._lang()
        found = await self._execute(StockOverview(self.text, self.only, self.page))
        self.rows = [stock_row(item, self._today(), lang) for item in found.items]
        self.pages = max(1, -(-found.total // PAGE))
        first = (self.page - 1) * PAGE + 1 if found.items else 0
        last = first + len(found.items) - 1 if found.items else 0
        self.summary = text_of(
            "pharmacy.inventory.summary",
            lang,
            first=number_text(first),
            last=number_text(last),
            total=number_text(found.total),
        )
        self.loaded = True
