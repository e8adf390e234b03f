"""Two records of one person: compare, merge, take the merge back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tht_app.database.queries import registration as patients
from tht_app.database.queries import registration_merge as queries
from tht_app.database.queries.registration_merge import Clash
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.audit import AuditAction
from tht_app.domain.errors import Conflict, NotFound, Problem, ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import MergeId, PatientId
from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.registration.merging import (
    REASON_LONGEST,
    REASON_SHORTEST,
    AppointmentsClash,
    Doubt,
    Merge,
    MergedOnward,
    MergeUndone,
    NumberTakenSince,
    Part,
    Parts,
    PatientIsMerged,
    PatientTimeHeld,
    SameRecord,
    Standing,
    VisitInProgress,
    VisitsInBoth,
    combined,
    differing,
    doubts,
    ensure_confirmed,
    separated,
    stands_first,
    suggested,
)
from tht_app.domain.registration.records import PatientRecord
from tht_app.use_cases.door import use_case


@dataclass(frozen=True, slots=True)
class PreviewMerge:
    """Compare two records before they are merged; the order does not matter."""

    one_id: PatientId
    other_id: PatientId


@dataclass(frozen=True, slots=True)
class MergePatients:
    """Fold `merged_id` into `survivor_id`; the versions are those that were compared.

    `taken` names the parts whose values come from the merged record.
    """

    survivor_id: PatientId
    survivor_version: int
    merged_id: PatientId
    merged_version: int
    taken: tuple[str, ...] = ()
    confirmed: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UndoMerge:
    """Let the merged record stand by itself again; `reason` says why it was wrong."""

    merge_id: MergeId
    reason: str


@dataclass(frozen=True, slots=True)
class ListMerges:
    """The merges that a record took part in."""

    patient_id: PatientId


@dataclass(frozen=True, slots=True)
class MergeSide:
    """One of two compared records, with what hangs on it."""

    record: PatientRecord
    visits: int
    appointments: int
    prescriptions: int
    consents: int
    last_visit: datetime | None
    in_progress: bool


@dataclass(frozen=True, slots=True)
class MergePreview:
    """Two records side by side; `survivor` is the one that had better stand.

    `taken` suggests what to take from the other one; `clashes` are appointments that stand in the way.
    """

    survivor: MergeSide
    merged: MergeSide
    differing: Parts
    taken: Parts
    doubts: tuple[Doubt, ...]
    clashes: tuple[Clash, ...]


@use_case(permission=Permission.PATIENT_MERGE, audit=AuditAction.READ, reads=True)
async def preview_merge(request: PreviewMerge, work: UnitOfWork) -> MergePreview:
    """Both records with their holdings. Raises SameRecord, PatientIsMerged, NotFound."""
    if request.one_id == request.other_id:
        raise SameRecord
    work.saw(request.one_id, request.other_id)
    one, other = await _side(work, request.one_id), await _side(work, request.other_id)
    survivor, merged = (one, other) if stands_first(_standing(one), _standing(other)) else (other, one)
    ours, theirs = survivor.record, merged.record
    return MergePreview(
        survivor,
        merged,
        differing(ours.details, theirs.details),
        suggested(ours, theirs),
        doubts(ours.details, theirs.details),
        tuple(await queries.clashes(work, ours.banner.id, theirs.banner.id)),
    )


async def _side(work: UnitOfWork, patient_id: PatientId) -> MergeSide:
    record = await patients.patient_record(work, patient_id)
    if record is None:
        raise NotFound
    if await patients.standing_record_of(work, patient_id) != patient_id:
        raise PatientIsMerged
    held = await queries.holdings(work, patient_id)
    return MergeSide(
        record, held.visits, held.appointments, held.prescriptions, held.consents, held.last_visit, held.in_progress
    )


def _standing(side: MergeSide) -> Standing:
    return Standing(side.record.banner.record_number, side.visits, side.in_progress)


@use_case(permission=Permission.PATIENT_MERGE, audit=AuditAction.MERGE)
async def merge_patients(request: MergePatients, work: UnitOfWork) -> MergeId:
    """Link the records; what is signed is not touched, appointments move, the standing record gets the chosen values.

    Raises SameRecord, PatientIsMerged, VisitsInBoth, VisitInProgress, AppointmentsClash, PatientTimeHeld; Conflict when
    a record changed since it was compared; ValidationFailed when a doubt is not confirmed with a reason or values do
    not fit together.
    """
    reason, taken = request.reason.strip(), _parts(request.taken)
    survivor, merged = await _held(work, request)
    doubtful = doubts(survivor.details, merged.details)
    ensure_confirmed(doubtful, reason, confirmed=request.confirmed)
    details = combined(survivor.details, merged.details, taken, work.today())
    try:
        merge_id, moved = await queries.merge(
            work,
            request.survivor_id,
            request.merged_id,
            before=survivor.details,
            taken=sorted(taken),
            doubts=doubtful,
            reason=reason,
        )
    except queries.TimeTaken as held:
        raise PatientTimeHeld from held
    await patients.correct_patient(work, request.survivor_id, details)
    _tell(work, merge_id, request.survivor_id, request.merged_id, {"taken": sorted(taken), "appointments": moved})
    if reason:
        work.because(reason)
    ids = {"survivor_id": str(request.survivor_id), "merged_id": str(request.merged_id)}
    work.publish("PatientsMerged", request.survivor_id, {**ids, "link": "replaces"})
    return merge_id


def _parts(names: tuple[str, ...]) -> Parts:
    if unknown := set(names) - set(Part):
        raise ValidationFailed({min(unknown)[:40]: "choice"})
    return frozenset(Part(name) for name in names)


async def _held(work: UnitOfWork, request: MergePatients) -> tuple[PatientRecord, PatientRecord]:
    """Both records, locked and fit to be merged."""
    if request.survivor_id == request.merged_id:
        raise SameRecord
    work.saw(request.survivor_id, request.merged_id)
    rows = {row["id"]: row for row in await queries.hold_both(work, request.survivor_id, request.merged_id)}
    if any(row["merged_into"] is not None for row in rows.values()):
        raise PatientIsMerged
    survivor = await patients.patient_record(work, request.survivor_id)
    merged = await patients.patient_record(work, request.merged_id)
    if survivor is None or merged is None:
        raise NotFound
    if (survivor.version, merged.version) != (request.survivor_version, request.merged_version):
        raise Conflict
    await _ensure_nobody_is_in_a_room(work, survivor, merged)
    await queries.release_forgotten_holds(work, request.survivor_id, request.merged_id)
    for clash in await queries.clashes(work, request.survivor_id, request.merged_id):
        at = f"{clash.at.astimezone(work.zone):%d-%m-%Y %H.%M}"
        raise AppointmentsClash(at=at, first=clash.first, second=clash.second)
    return survivor, merged


async def _ensure_nobody_is_in_a_room(work: UnitOfWork, survivor: PatientRecord, merged: PatientRecord) -> None:
    if not (await queries.holdings(work, merged.banner.id)).in_progress:
        return
    if (await queries.holdings(work, survivor.banner.id)).in_progress:
        raise VisitsInBoth
    raise VisitInProgress(number=shown_record_number(merged.banner.record_number))


def _tell(
    work: UnitOfWork, merge_id: MergeId, survivor_id: PatientId, merged_id: PatientId, new: Mapping[str, object]
) -> None:
    work.saw(survivor_id, merged_id)
    work.changed("patient_merge", merge_id, new={"survivor": survivor_id, "merged": merged_id, **new})


@use_case(permission=Permission.PATIENT_MERGE, audit=AuditAction.MERGE)
async def undo_merge(request: UndoMerge, work: UnitOfWork) -> PatientId:
    """Part the records again and give the id of the one that was folded in.

    Each record has what was written in it; appointments go back unless they have become a visit; values of the
    standing record go back unless they were corrected since. There is no time limit: a wrong merge is two people in one
    chart, however late it is found. Raises MergeUndone, MergedOnward, NumberTakenSince, NotFound.
    """
    reason = request.reason.strip()
    if not REASON_SHORTEST <= len(reason) <= REASON_LONGEST:
        raise ValidationFailed({"reason": Problem("merge_reason")})
    made = await queries.made(work, request.merge_id)
    if made is None:
        raise NotFound
    work.saw(made.survivor_id, made.merged_id)
    rows = {row["id"]: row for row in await queries.hold_both(work, made.survivor_id, made.merged_id)}
    latest = await queries.made(work, request.merge_id)
    if latest is None or latest.undone:
        raise MergeUndone
    if rows[made.survivor_id]["merged_into"] is not None:
        raise MergedOnward
    await queries.release_forgotten_holds(work, made.survivor_id, made.merged_id)
    await _give_back(work, latest)
    try:
        moved = await queries.part_again(work, request.merge_id, reason)
    except queries.NumberTaken as taken:
        raise NumberTakenSince from taken
    except queries.TimeTaken as held:
        raise PatientTimeHeld from held
    _tell(work, request.merge_id, made.survivor_id, made.merged_id, {"undone": True, "appointments": moved})
    work.because(reason)
    ids = {"survivor_id": str(made.survivor_id), "merged_id": str(made.merged_id)}
    work.publish("PatientsParted", made.survivor_id, ids)
    return made.merged_id


async def _give_back(work: UnitOfWork, made: queries.Made) -> None:
    """Put the values of the standing record back that the merge took from the other one."""
    survivor = await patients.patient_record(work, made.survivor_id)
    merged = await patients.patient_record(work, made.merged_id)
    if survivor is None or merged is None:
        raise NotFound
    details = separated(survivor.details, made.before, merged.details, made.taken)
    try:
        await patients.correct_patient(work, made.survivor_id, details)
    except ValidationFailed as taken:
        raise NumberTakenSince from taken


@use_case(permission=Permission.PATIENT_READ, audit=AuditAction.READ, reads=True)
async def list_merges(request: ListMerges, work: UnitOfWork) -> tuple[Merge, ...]:
    """Newest first, also those that were taken back."""
    merges = await queries.merges_of(work, request.patient_id)
    work.saw(request.patient_id, *(one.merged_id for one in merges), *(one.survivor_id for one in merges))
    return merges
