"""Registering patients, finding them, their consents, bringing them in from and out to files."""

from tht_app.use_cases.registration.consents import (
    ListConsents,
    PrintConsent,
    RecordConsent,
    WithdrawConsent,
)
from tht_app.use_cases.registration.merging import (
    ListMerges,
    MergePatients,
    PreviewMerge,
    UndoMerge,
)
from tht_app.use_cases.registration.patients import (
    CorrectPatient,
    GetPatient,
    GetPatientBanner,
    RegisterPatient,
)
from tht_app.use_cases.registration.search import FindDuplicates, SearchPatients
from tht_app.use_cases.registration.transfer import (
    ExportPatients,
    GetImport,
    PreviewImport,
    RunImport,
)

__all__ = [
    "CorrectPatient",
    "ExportPatients",
    "FindDuplicates",
    "GetImport",
    "GetPatient",
    "GetPatientBanner",
    "ListConsents",
    "ListMerges",
    "MergePatients",
    "PreviewImport",
    "PreviewMerge",
    "PrintConsent",
    "RecordConsent",
    "RegisterPatient",
    "RunImport",
    "SearchPatients",
    "UndoMerge",
    "WithdrawConsent",
]
