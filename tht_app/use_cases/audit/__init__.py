"""Reading the audit log: an auditor's entries, who opened a record, the log's proof, files, a breach."""

from tht_app.use_cases.audit.accesses import (
    AccessReport,
    AuditedPatient,
    FindAuditedPatients,
    PatientAccesses,
    PrintPatientAccesses,
)
from tht_app.use_cases.audit.breach import BreachReport, Exposure
from tht_app.use_cases.audit.handing_out import ExportEntries, ExportPage, HandOutLog, write_log_archive
from tht_app.use_cases.audit.overview import AuditOverview, Overview
from tht_app.use_cases.audit.proof import VERIFICATION, KeepVerification, ReadChain
from tht_app.use_cases.audit.viewing import EntryChoices, EntryPage, ListEntries, ReadEntry

__all__ = [
    "VERIFICATION",
    "AccessReport",
    "AuditOverview",
    "AuditedPatient",
    "BreachReport",
    "EntryChoices",
    "EntryPage",
    "ExportEntries",
    "ExportPage",
    "Exposure",
    "FindAuditedPatients",
    "HandOutLog",
    "KeepVerification",
    "ListEntries",
    "Overview",
    "PatientAccesses",
    "PrintPatientAccesses",
    "ReadChain",
    "ReadEntry",
    "write_log_archive",
]
