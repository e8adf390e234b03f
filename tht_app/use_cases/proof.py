"""Asking for a fresh proof of who sits there, before a deed that weighs much.

A use case that always needs one says so where it is registered (`fresh=Sensitive.EXPORT`); one that needs it only
sometimes calls `ensure_proved` before it changes anything. The proof itself is given over plain HTTP
(`/session/confirm`), noted with the session in PostgreSQL, and never by the application's own role.
"""

from tht_app.database.queries import identity as queries
from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.proof import FRESH_SECONDS, ProofNeeded, Sensitive


async def ensure_proved(work: UnitOfWork, deed: Sensitive, *, seconds: int = FRESH_SECONDS) -> None:
    """Raise `ProofNeeded` unless this person proved themselves for this kind of deed a moment ago.

    Programs of the house are known by their session and need none.
    """
    if not await queries.is_fresh(work, deed.value, seconds):
        raise ProofNeeded(kind=deed.value)
