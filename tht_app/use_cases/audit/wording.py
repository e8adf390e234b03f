"""The log in words: what an entry says, as an Indonesian or an English sentence without a code in it."""

import re
from collections.abc import Sequence

from tht_app.domain.audit.log import Access, Area, Entry, KnownPatient, Outcome, Somebody
from tht_app.domain.identity import NOT_FOR_PEOPLE, Role
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.i18n import UnknownKey, clock_text, date_text, number_text, text_of

PLACES = ("of", "for", "list")
"""How a phrase may name its patients: "catatan Siti", "janji temu untuk Siti", "mencari pasien: Siti, Budi"."""
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
AREAS = {area.value for area in Area}
PEOPLE = {role.value for role in Role} - {role.value for role in NOT_FOR_PEOPLE}


def phrase_key(request: str) -> str:
    """The catalogue key of `registration.patients.GetPatient`: `audit.did.registration.get_patient`."""
    context, _, name = request.partition(".")
    return f"audit.did.{context}.{CAMEL.sub('_', name.rpartition('.')[2]).lower()}"


def sentence(entry: Entry, lang: str) -> str:
    """`Dewi Lestari membuka catatan Siti Rahmawati, 21-Nov-2026 14.03.21, dari 10.0.0.5`."""
    key = {Outcome.DONE: "done", Outcome.DENIED: "denied", Outcome.FAILED: "failed"}[entry.outcome]
    if entry.action == "sign_in_failed":
        key = "done"
    where = text_of("audit.sentence.from", lang, address=entry.address) if entry.address else ""
    return text_of(
        f"audit.sentence.{key}",
        lang,
        who=name_of(entry.who, lang),
        did=did(entry, lang),
        when=f"{date_text(entry.at.date(), lang)} {clock_text(entry.at)}",
        where=where,
    )


def did(entry: Entry, lang: str) -> str:
    """What was done, with the patients it was done to."""
    names = patients_words(entry.patients, entry.patient_count, lang)
    places = {place: text_of(f"audit.patients.{place}", lang, patients=names) if names else "" for place in PLACES}
    return _phrase(entry, lang, places)


def _phrase(entry: Entry, lang: str, places: dict[str, str]) -> str:
    if entry.action in {"sign_in", "sign_in_failed", "sign_out"}:
        return text_of(f"audit.did.{entry.action}", lang)
    area = text_of(f"audit.area.{entry.context}", lang) if entry.context in AREAS else text_of("audit.area.other", lang)
    if "tht_app___state___" in entry.request:
        return text_of("audit.did.screen", lang, area=area)
    try:
        return text_of(phrase_key(entry.request), lang, **places)
    except UnknownKey:
        return text_of("audit.did.other", lang, action=action_words(entry.action, lang), area=area, list=places["list"])


def action_words(action: str, lang: str) -> str:
    """The verb of an entry; the bare word for one that a newer version has written."""
    try:
        return text_of(f"audit.action.{action}", lang)
    except UnknownKey:
        return action


def patients_words(patients: Sequence[KnownPatient], count: int, lang: str) -> str:
    """`Siti Rahmawati, Budi Santoso, dan 4 pasien lain`."""
    names = ", ".join(patient.name for patient in patients)
    others = count - len(patients)
    if others <= 0 or not names:
        return names if names or count == 0 else text_of("audit.patients.count", lang, count=number_text(count))
    return text_of("audit.patients.more", lang, names=names, count=number_text(others))


def patient_words(patient: KnownPatient) -> str:
    """`Siti Rahmawati, 00-12-34`."""
    return f"{patient.name}, {shown_record_number(patient.record_number)}"


def name_of(who: Somebody, lang: str) -> str:
    """A name, or that it was a program or a stranger."""
    if who.id is None:
        return text_of("audit.who.stranger", lang)
    return text_of("audit.who.program", lang, name=who.name) if who.is_program else who.name


def who_words(who: Somebody, lang: str) -> str:
    """A name with what the person does in the clinic: `Dewi Lestari (perawat)`."""
    roles = [text_of(f"common.role.{role}", lang) for role in who.roles if role in PEOPLE]
    if who.id is None or who.is_program or not roles:
        return name_of(who, lang)
    return f"{who.name} ({', '.join(roles)})"


def access_words(access: Access, lang: str) -> str:
    """`Melihat catatan kunjungan`: what kind of access it was, for the patient."""
    what = access.area if access.area in AREAS else "other"
    return text_of(f"audit.deed.{access.deed.value}", lang, what=text_of(f"audit.what.{what}", lang))
