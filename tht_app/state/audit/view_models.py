"""What the auditor's screens show: flat values, sentences that are ready to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tht_app.domain.audit.log import Access, Chain, Deed, Entry, Outcome, Progress, Somebody, Verified
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.i18n import UnknownKey, date_text, exact_text, number_text, text_of, time_text
from tht_app.use_cases.audit import AccessReport, AuditedPatient
from tht_app.use_cases.audit.wording import access_words, name_of, patient_words, sentence, who_words

TONES = {Outcome.DONE: "done", Outcome.DENIED: "danger", Outcome.FAILED: "danger"}


@dataclass(frozen=True)
class ChoiceView:
    """One choice of a select."""

    value: str
    label: str


@dataclass(frozen=True)
class PatientOption:
    """A patient among the suggestions."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True)
class EntryView:
    """One entry as a line: the sentence, the moment, and how it stands with its seal."""

    id: str
    sentence: str
    reason: str
    outcome: str
    outcome_text: str
    tone: str
    sealed: bool
    seal: str
    patients: int


@dataclass(frozen=True)
class ChangeView:
    """One value before and after."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class NamedPatient:
    """A patient whose report can be opened."""

    id: str
    label: str


@dataclass(frozen=True)
class EntryDetail:
    """One entry in full."""

    id: str = ""
    sentence: str = ""
    who: str = ""
    when: str = ""
    address: str = ""
    reason: str = ""
    outcome: str = ""
    tone: str = "neutral"
    seal: str = ""
    sealed: bool = False
    request: str = ""
    patients: list[NamedPatient] = field(default_factory=list)
    others: str = ""
    changes: list[ChangeView] = field(default_factory=list)
    unreadable: bool = False


@dataclass(frozen=True)
class ChainView:
    """How the log's proof stands, in words."""

    state: str = ""
    tone: str = "neutral"
    seal: str = ""
    unsealed: str = ""
    anchor: str = ""
    overdue: bool = False
    stopped: bool = False
    verified: str = ""
    faults: list[str] = field(default_factory=list)
    restores: list[str] = field(default_factory=list)
    running: bool = False
    progress: str = ""
    percent: int = 0


@dataclass(frozen=True)
class AccessView:
    """One access of the report."""

    day: str
    time: str
    who: str
    what: str
    why: str
    emergency: bool


@dataclass(frozen=True)
class ReportView:
    """The report about one patient."""

    patient: str = ""
    first: str = ""
    last: str = ""
    summary: str = ""
    print_address: str = ""


def entry_view(entry: Entry, lang: str) -> EntryView:
    """One line of the log."""
    sealed = entry.seal is not None
    seal = text_of("audit.seal.under", lang, seal=number_text(entry.seal or 0))
    return EntryView(
        id=str(entry.id),
        sentence=sentence(entry, lang),
        reason=reason_words(entry),
        outcome=entry.outcome.value,
        outcome_text=text_of(f"audit.outcome.{entry.outcome.value}", lang),
        tone=TONES[entry.outcome],
        sealed=sealed,
        seal=seal if sealed else text_of("audit.seal.none", lang),
        patients=entry.patient_count,
    )


def reason_words(entry: Entry) -> str:
    """The reason somebody gave; of a refusal, what was missing is a matter of the program and stands in the details."""
    return "" if entry.outcome is Outcome.DENIED and " " not in entry.reason else entry.reason


def entry_detail(entry: Entry, lang: str) -> EntryDetail:
    """Everything that is known of one entry."""
    line = entry_view(entry, lang)
    others = entry.patient_count - len(entry.patients)
    return EntryDetail(
        id=line.id,
        sentence=line.sentence,
        who=who_words(entry.who, lang),
        when=exact_text(entry.at, lang),
        address=entry.address or text_of("audit.entry.no_address", lang),
        reason=entry.reason,
        outcome=line.outcome_text,
        tone=line.tone,
        seal=line.seal,
        sealed=line.sealed,
        request=entry.request,
        patients=[NamedPatient(str(patient.id), patient_words(patient)) for patient in entry.patients],
        others=text_of("audit.patients.count", lang, count=number_text(others)) if others > 0 else "",
        changes=[
            ChangeView(field_words(change.field, lang), value_words(change.old, lang), value_words(change.new, lang))
            for change in entry.changes
        ],
        unreadable=entry.unreadable,
    )


def field_words(name: str, lang: str) -> str:
    """The name of a field as people know it; the program's own name for one that has none."""
    for key in (f"audit.field.{name}", f"registration.field.{name}"):
        try:
            return text_of(key, lang)
        except UnknownKey:
            continue
    return name.replace("_", " ")


def value_words(value: str | None, lang: str) -> str:
    """A value before or after; a dash where there was none."""
    known = {"True": "yes", "False": "no"}
    if value in known:
        return text_of(f"audit.value.{known[value]}", lang)
    return value or "–"


def chain_view(chain: Chain, now: datetime, lang: str) -> ChainView:
    """How the proof stands; a fault of the last verification outweighs everything else."""
    state, tone = _state(chain, now)
    seal, anchor = chain.seal, chain.anchor
    return ChainView(
        state=text_of(f"audit.chain.state.{state}", lang),
        tone=tone,
        seal=text_of(
            "audit.chain.seal",
            lang,
            number=number_text(seal.number),
            when=exact_text(seal.at, lang),
            total=number_text(seal.total),
        )
        if seal
        else text_of("audit.chain.no_seal", lang),
        unsealed=text_of("audit.chain.unsealed", lang, count=number_text(chain.unsealed)),
        anchor=_anchor_words(chain, lang) if anchor else text_of("audit.chain.no_anchor", lang),
        overdue=chain.anchor_overdue(now),
        stopped=chain.sealing_stopped(now),
        verified=_verified_words(chain.verified, lang),
        faults=fault_words(chain.verified, lang),
        restores=restore_words(chain.verified, lang),
        **progress_vars(chain.running, lang),
    )


def _state(chain: Chain, now: datetime) -> tuple[str, str]:
    """The worst that is known, and its colour."""
    if chain.verified is not None and not chain.verified.well:
        return "faulty", "danger"
    if chain.sealing_stopped(now):
        return "stopped", "danger"
    if chain.seal is None:
        return "empty", "neutral"
    if chain.anchor_overdue(now):
        return "overdue", "wait"
    return ("unverified", "info") if chain.verified is None else ("well", "done")


def _anchor_words(chain: Chain, lang: str) -> str:
    anchor = chain.anchor
    if anchor is None or not anchor.genuine:
        return text_of("audit.chain.anchor_forged", lang)
    return text_of("audit.chain.anchor", lang, number=number_text(anchor.number), when=exact_text(anchor.at, lang))


def _verified_words(verified: Verified | None, lang: str) -> str:
    if verified is None:
        return text_of("audit.chain.never_verified", lang)
    key = "audit.chain.verified_well" if verified.well else "audit.chain.verified_faulty"
    when, entries = exact_text(verified.at, lang), number_text(verified.entries)
    return text_of(key, lang, when=when, who=verified.who, entries=entries, seals=number_text(verified.seals))


def fault_words(verified: Verified | None, lang: str) -> list[str]:
    """What the last verification found, a sentence each."""
    faults = () if verified is None else verified.faults
    return [text_of(f"audit.fault.{fault.replace('-', '_')}", lang, seal=number_text(seal)) for fault, seal in faults]


def restore_words(verified: Verified | None, lang: str) -> list[str]:
    """Each time a backup was put back, as a sentence."""
    restores = () if verified is None else verified.restores
    return [text_of("audit.chain.restored", lang, epoch=epoch, seal=number_text(seal)) for epoch, seal in restores]


def progress_vars(running: Progress | None, lang: str) -> dict[str, Any]:
    """How far a verification is."""
    if running is None:
        return {"running": False, "progress": "", "percent": 0}
    done, everything = running.done, running.everything
    words = text_of("audit.chain.progress", lang, done=number_text(done), everything=number_text(everything))
    begun = text_of("audit.chain.begun", lang)
    return {
        "running": True,
        "progress": words if everything else begun,
        "percent": 100 * done // everything if everything else 0,
    }


def access_view(access: Access, lang: str) -> AccessView:
    """One access of the report."""
    first, last = time_text(access.first), time_text(access.last)
    what = access_words(access, lang)
    return AccessView(
        day=date_text(access.first.date(), lang),
        time=first if first == last else f"{first}–{last}",
        who=who_words(access.who, lang),
        what=what
        if access.times == 1
        else text_of("audit.report.times", lang, what=what, count=number_text(access.times)),
        why=access.reason,
        emergency=access.deed is Deed.EMERGENCY,
    )


def report_view(report: AccessReport, lang: str) -> ReportView:
    """Whose report it is, over which days, and where its paper is."""
    first, last = report.first.isoformat(), report.last.isoformat()
    people = len({access.who.id for access in report.accesses})
    return ReportView(
        patient=patient_words(report.patient),
        first=first,
        last=last,
        summary=text_of("audit.report.summary", lang, people=number_text(people), times=number_text(report.times)),
        print_address=f"/files/audit/accesses/{report.patient.id}.pdf?from={first}&to={last}",
    )


def option_view(patient: AuditedPatient, lang: str) -> PatientOption:
    """A patient among the suggestions."""
    number, born = shown_record_number(patient.record_number), date_text(patient.birth_date, lang)
    return PatientOption(str(patient.id), patient.name, text_of("audit.patient.hint", lang, number=number, born=born))


def person_choices(people: Sequence[Somebody], lang: str) -> list[ChoiceView]:
    """Everybody who can stand in the log."""
    everybody = ChoiceView("", text_of("audit.filter.everybody", lang))
    named = [ChoiceView(str(one.id), name_of(one, lang) if one.is_program else who_words(one, lang)) for one in people]
    return [everybody, *named]
