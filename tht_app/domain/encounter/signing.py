"""What is signed: one canonical text of the encounter and its SHA-256.

The text follows RFC 8785 (JSON Canonicalization Scheme): keys sorted, no blanks, UTF-8. It holds strings, integers,
booleans and nothing else, figures are decimal strings, so that every language computes the same bytes again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from tht_app.domain.encounter.record import Diagnosis, Procedure, Reading, SectionText, SignedFile
from tht_app.domain.encounter.visit import Visit
from tht_app.domain.encounter.vitals import plain
from tht_app.domain.ent.findings import Finding
from tht_app.domain.errors import Conflict, RuleViolation, ValidationFailed

FORM = "tht-encounter-1"
"""Name of the form that is hashed; a different selection or order of facts gets another name."""
FORM_WITH_FILES = "tht-encounter-2"
"""The form of a visit that has files: the same facts, and the fingerprint of each file."""
FORM_WITH_PROCEDURES = "tht-encounter-3"
"""The form of a visit in which something was done: the same facts, files where there are any, and each procedure."""

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class NothingToSign(RuleViolation):
    """A note without any text and without a diagnosis is not signed."""

    code = "encounter.nothing_to_sign"


class ChangedSinceReview(Conflict):
    """Somebody changed the encounter after it was shown for signing: what is signed is what was shown."""

    code = "encounter.changed_since_review"


class PasswordWrong(ValidationFailed):
    """The password that was given again for signing is not this person's."""

    def __init__(self) -> None:
        """Stand beside the password field."""
        super().__init__({"password": "password_wrong"})


def canonical(document: Mapping[str, Json]) -> bytes:
    """The bytes that are hashed."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(document: Mapping[str, Json]) -> bytes:
    """SHA-256 of the canonical bytes, 32 bytes."""
    return hashlib.sha256(canonical(document)).digest()


def signed_document(
    visit: Visit,
    sections: Iterable[SectionText],
    diagnoses: Iterable[Diagnosis],
    readings: Iterable[Reading],
    findings: Iterable[Finding],
    *,
    files: Iterable[SignedFile] = (),
    procedures: Iterable[Procedure] = (),
) -> dict[str, Json]:
    """The facts that the hash stands for, whatever order they were read in; people appear as their ids.

    What a visit has none of is left out, and the form is named after what is there: so a record that was signed before
    there were files or procedures gives the same bytes for ever.
    """
    attached = [_file(item) for item in sorted(files, key=lambda f: f.id)]
    done = [_procedure(item) for item in sorted(procedures, key=lambda p: (p.code, p.laterality.value))]
    return {
        "form": FORM_WITH_PROCEDURES if done else FORM_WITH_FILES if attached else FORM,
        "encounter": str(visit.id),
        "patient": str(visit.patient_id),
        "practitioner": str(visit.practitioner_id),
        "arrived_at": _utc(visit.arrived_at),
        "note": [_section(section) for section in sections],
        "diagnoses": [_diagnosis(item) for item in sorted(diagnoses, key=lambda d: (d.code, d.laterality.value))],
        "vitals": [_reading(item) for item in sorted(readings, key=lambda r: r.code)],
        "ent": [_finding(item) for item in sorted(findings, key=lambda f: f.key)],
        **({"files": attached} if attached else {}),
        **({"procedures": done} if done else {}),
    }


def _utc(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")


def _section(section: SectionText) -> Json:
    return {
        "section": section.section.value,
        "version": section.version,
        "text": section.text,
        "author": str(section.author_id) if section.author_id else "",
        "at": _utc(section.at),
    }


def _diagnosis(item: Diagnosis) -> Json:
    return {
        "code": item.code,
        "title": item.title,
        "laterality": item.laterality.value,
        "primary": item.is_primary,
        "certainty": item.certainty.value,
    }


def _procedure(item: Procedure) -> Json:
    return {"code": item.code, "title": item.title, "laterality": item.laterality.value, "note": item.note}


def _reading(item: Reading) -> Json:
    return {"code": item.code, "value": plain(item.value), "unit": item.unit, "at": _utc(item.at)}


def _file(item: SignedFile) -> Json:
    return {
        "id": str(item.id),
        "kind": item.kind,
        "side": item.side,
        "site": item.site,
        "type": item.type,
        "size": item.size,
        "sha256": item.sha256,
    }


def _finding(item: Finding) -> Json:
    return {
        "part": item.part.value,
        "side": item.side.value,
        "site": item.site,
        "finding": item.finding,
        "normal": item.normal,
        "text": item.text,
    }
