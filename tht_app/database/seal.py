"""Sealing and verifying the audit log. Outside the door, because it is the door's own record that is looked at.

What a transaction wrote is final once no older transaction runs: everything below the snapshot's horizon is sealed,
never "everything after the last id", which would miss whoever commits late.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tht_app.database.engine import Database
from tht_app.database.signing import SigningKey
from tht_app.database.succession import Handover, successor_of
from tht_app.domain.audit.chain import FIRST, Seal, leaf_hash, merkle_root

LOCK = 8_417_022
MOST_OF_A_SEAL = 50_000
FETCHED = 5_000

ENTER = text("select set_config('app.session', :token, true)")
TRY_LOCK = text("select pg_try_advisory_xact_lock(:key)")
LAST = text("select * from audit.seal order by number desc limit 1")
EPOCH = text("select max(number) from audit.epoch")
FOREVER = 2**63 - 1
HORIZON = text("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
# One text for one entry: a JSON array, so that nothing is ambiguous and a null is not an empty word. Written out here
# and not kept as a function in the database, because who can change entries there could change the function too.
CANONICAL = (
    "jsonb_build_array(id, txid::text, (extract(epoch from at) * 1000000)::bigint, person_id, session_id, action, "
    "request, outcome, object_type, object_id, to_jsonb(patient_ids), reason, address, "
    "encode(sha256(details_sealed), 'hex'))::text"
)
LEAVES = text(
    f"select txid::text::bigint as txid, {CANONICAL} as canonical from audit.event "
    "where epoch = :epoch and txid >= cast(cast(:lo as text) as xid8) and txid < cast(cast(:hi as text) as xid8) "
    "order by txid, id limit cast(:most as bigint)"
)
ADD = text(
    "insert into audit.seal (number, epoch, lo, hi, count, total, root, previous, at, digest, signature, key_id) "
    "values (:number, :epoch, :lo, :hi, :count, :total, :root, :previous, :at, :digest, :signature, :key_id)"
)
SEALS = text("select * from audit.seal where number > :after order by number limit cast(:most as bigint)")
# The leaf hashes of whole seals, made by PostgreSQL's own functions over the same text: a hash is a tenth of it.
LEAF_HASHES = text(
    f"""
    select s.number, l.leaves from audit.seal s cross join lateral (
        select coalesce(string_agg(sha256('\\x00'::bytea || convert_to({CANONICAL}, 'UTF8')), ''::bytea
                                   order by e.txid, e.id), ''::bytea) as leaves
        from audit.event e
        where e.epoch = s.epoch and e.txid >= cast(cast(s.lo as text) as xid8)
          and e.txid < cast(cast(s.hi as text) as xid8)) l
    where s.number between :first and :last order by s.number
    """
)
MAY_READ = text("select sec.has('audit.read')")
UNSEALED = text(
    "select count(*) from audit.event "
    "where epoch > :epoch or (epoch = :epoch and txid >= cast(cast(:lo as text) as xid8))"
)
BEYOND = text(
    "select exists (select from audit.event where epoch = :epoch and txid >= cast(cast(:lo as text) as xid8))"
)
NOWHERE = text(
    "select exists (select from audit.event where epoch < 1 or epoch > (select max(number) from audit.epoch))"
)


HANDOVERS = text("select * from audit.handover order by step")


class SigningKeyReplaced(Exception):
    """The clinic has another master key by now: what is sealed from here on has to be signed with its key."""


@dataclass(frozen=True, slots=True)
class StoredSeal:
    """A seal as it lies in the database, with the signature under its digest."""

    seal: Seal
    digest: bytes
    signature: bytes
    key_id: str


def stored(row: Mapping[Any, Any]) -> StoredSeal:
    """The seal of a row."""
    seal = Seal(
        row["number"],
        row["epoch"],
        row["lo"],
        row["hi"],
        row["count"],
        row["total"],
        bytes(row["root"]),
        bytes(row["previous"]),
        row["at"],
    )
    return StoredSeal(seal, bytes(row["digest"]), bytes(row["signature"]), row["key_id"])


async def seal_next(database: Database, token: str, key: SigningKey) -> StoredSeal | None:
    """Seal what is final and not sealed yet; None when there is nothing, or when another process is at it.

    Raises `SigningKeyReplaced` when `key` is no longer the clinic's.
    """
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        if not (await connection.execute(TRY_LOCK, {"key": LOCK})).scalar():
            return None
        if successor_of(await _handovers(connection)) not in {None, key.public}:
            raise SigningKeyReplaced
        row = (await connection.execute(LAST)).mappings().first()
        last = stored(row) if row else None
        newest = (await connection.execute(EPOCH)).scalar_one()
        for epoch in range(last.seal.epoch if last else 1, newest + 1):
            lo = last.seal.hi if last and last.seal.epoch == epoch else 0
            hi, canonicals = await _final(connection, epoch, lo, over=epoch < newest)
            if canonicals:
                made = _make(last, (epoch, lo, hi), canonicals, key)
                await _add(connection, made)
                return made
        return None


async def _final(connection: AsyncConnection, epoch: int, lo: int, *, over: bool) -> tuple[int, list[str]]:
    """What may be sealed of an epoch from `lo` on, and where that ends; in one that is over nothing can still come."""
    hi = FOREVER if over else (await connection.execute(HORIZON)).scalar_one()
    span = {"epoch": epoch, "lo": lo, "hi": hi}
    rows = (await connection.execute(LEAVES, {**span, "most": MOST_OF_A_SEAL + 1})).all()
    if len(rows) > MOST_OF_A_SEAL:
        # A transaction that would be cut in two goes wholly into the next seal; one that fills a seal is all of it.
        hi = max(rows[MOST_OF_A_SEAL].txid, rows[0].txid + 1)
        rows = (await connection.execute(LEAVES, {**span, "hi": hi, "most": None})).all()
    elif over and rows:
        hi = rows[-1].txid + 1
    return hi, [one.canonical for one in rows]


def _make(
    last: StoredSeal | None, span: tuple[int, int, int], canonicals: Sequence[str], key: SigningKey
) -> StoredSeal:
    epoch, lo, hi = span
    seal = Seal(
        number=last.seal.number + 1 if last else 1,
        epoch=epoch,
        lo=lo,
        hi=hi,
        count=len(canonicals),
        total=(last.seal.total if last else 0) + len(canonicals),
        root=merkle_root([leaf_hash(canonical) for canonical in canonicals]),
        previous=last.digest if last else FIRST,
        at=int(datetime.now(UTC).timestamp() * 1_000_000),
    )
    digest = seal.digest()
    return StoredSeal(seal, digest, key.sign(digest), key.key_id)


async def _add(connection: AsyncConnection, made: StoredSeal) -> None:
    seal = made.seal
    values = {name: getattr(seal, name) for name in ("number", "epoch", "lo", "hi", "count", "total", "root", "at")}
    more = {"previous": seal.previous, "digest": made.digest, "signature": made.signature, "key_id": made.key_id}
    await connection.execute(ADD, {**values, **more})


def handover_of(row: Mapping[Any, Any]) -> Handover:
    """The change of the signing key that a row holds."""
    return Handover(
        row["step"],
        row["number"],
        bytes(row["digest"]),
        bytes(row["old_public"]),
        bytes(row["new_public"]),
        row["at"],
        bytes(row["old_signature"]),
        bytes(row["new_signature"]),
    )


async def _handovers(connection: AsyncConnection) -> list[Handover]:
    return [handover_of(row) for row in (await connection.execute(HANDOVERS)).mappings()]


async def handovers(database: Database, token: str) -> list[Handover]:
    """Every change of the signing key, in order."""
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        return await _handovers(connection)


async def seals_after(database: Database, token: str, number: int = 0, *, most: int | None = None) -> list[StoredSeal]:
    """All seals with a higher number, in order; at most `most` of them."""
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        rows = await connection.execute(SEALS, {"after": number, "most": most})
        return [stored(row) for row in rows.mappings()]


async def newest_seal(database: Database, token: str) -> StoredSeal | None:
    """The last seal alone, however many there are."""
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        row = (await connection.execute(LAST)).mappings().first()
        return stored(row) if row else None


async def leaf_hashes(database: Database, token: str, first: int, last: int) -> dict[int, list[bytes]]:
    """The leaf hashes of the entries under each seal from `first` to `last`, in the order of the log."""
    async with database.engine.connect() as connection:
        await connection.execute(text("set local statement_timeout = 0"))
        await connection.execute(ENTER, {"token": token})
        rows = await connection.execute(LEAF_HASHES, {"first": first, "last": last})
        return {number: [leaves[at : at + 32] for at in range(0, len(leaves), 32)] for number, leaves in rows}


async def unsealed(database: Database, token: str, last: Seal | None) -> int:
    """How many entries lie behind the last seal."""
    behind = {"epoch": last.epoch, "lo": last.hi} if last else {"epoch": 0, "lo": 0}
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        return (await connection.execute(UNSEALED, behind)).scalar_one()


async def strays(database: Database, token: str, seals: Sequence[Seal]) -> list[int]:
    """Epochs that are over and hold entries under no seal, which none will ever cover; 0 for epochs that never were."""
    ends = {seal.epoch: seal.hi for seal in seals}
    over = range(1, max(ends, default=1))
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        found = [0] if (await connection.execute(NOWHERE)).scalar_one() else []
        for epoch in over:
            beyond = await connection.execute(BEYOND, {"epoch": epoch, "lo": ends.get(epoch, 0)})
            found += [epoch] if beyond.scalar_one() else []
    return found


async def may_read(database: Database, token: str) -> bool:
    """Whether the session behind a token lives and may read the log."""
    async with database.engine.begin() as connection:
        await connection.execute(ENTER, {"token": token})
        return bool((await connection.execute(MAY_READ)).scalar_one())


async def leaves(database: Database, token: str, epoch: int, lo: int, hi: int) -> AsyncGenerator[tuple[int, str], None]:
    """Transaction id and canonical text of every entry of an epoch in `lo <= txid < hi`, in the order of the seals."""
    async with database.engine.connect() as connection:
        await connection.execute(text("set local statement_timeout = 0"))
        await connection.execute(ENTER, {"token": token})
        options = {"yield_per": FETCHED}
        span = {"epoch": epoch, "lo": lo, "hi": hi, "most": None}
        found = await connection.stream(LEAVES, span, execution_options=options)
        async for row in found:
            yield row.txid, row.canonical
