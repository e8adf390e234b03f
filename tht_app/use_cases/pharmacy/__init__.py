"""What a person may do in the pharmacy, and with prescriptions."""

from tht_app.use_cases.pharmacy.catalogue import SearchProducts, UpsertProduct
from tht_app.use_cases.pharmacy.dispensing import (
    ClaimPrescription,
    Dispense,
    MarkReady,
    PharmacyBoard,
    ReleasePrescription,
)
from tht_app.use_cases.pharmacy.prescribing import (
    AddLine,
    CancelPrescription,
    LineDraft,
    RemoveLine,
    SaveDraft,
    SignPrescription,
)
from tht_app.use_cases.pharmacy.printing import PrintLabels, PrintPrescription, VerifyDocument
from tht_app.use_cases.pharmacy.reading import (
    EncounterPrescriptions,
    GetPrescription,
    ListPatientActiveMedicines,
    ListPrescriptions,
)
from tht_app.use_cases.pharmacy.stock import (
    AdjustStock,
    LotLedger,
    ProductLots,
    ReceivedGoods,
    ReceiveStock,
    StockOverview,
)

__all__ = [
    "AddLine",
    "AdjustStock",
    "CancelPrescription",
    "ClaimPrescription",
    "Dispense",
    "EncounterPrescriptions",
    "GetPrescription",
    "LineDraft",
    "ListPatientActiveMedicines",
    "ListPrescriptions",
    "LotLedger",
    "MarkReady",
    "PharmacyBoard",
    "PrintLabels",
    "PrintPrescription",
    "ProductLots",
    "ReceiveStock",
    "ReceivedGoods",
    "ReleasePrescription",
    "RemoveLine",
    "SaveDraft",
    "SearchProducts",
    "SignPrescription",
    "StockOverview",
    "UpsertProduct",
    "VerifyDocument",
]
