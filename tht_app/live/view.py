"""What a screen shows of the clinic, described so that equal screens are read for once."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tht_app.domain.identity import Permission

Make = Callable[[Any, datetime, str], Mapping[str, Any]]
"""From the result of the request, the present moment and the language to the State's vars by name. Pure."""


@dataclass(frozen=True, slots=True)
class LiveView:
    """One reading use case as one kind of screen shows it.

    Views that are equal share one re-read and one encoded update. `audience` is what of the person the result depends
    on (permissions, or the person): leave nothing out, or somebody is shown what was read for another. Whose patients
    they are need not be said: `reader` keeps people apart whom row-level security does not show the same.
    """

    name: str
    request: Any
    topics: tuple[str, ...]
    make: Make = field(compare=False)
    audience: Hashable = None
    lang: str = "id"
    reader: Hashable = None
    """Set by `Watching`; see `seen_by`."""


def seen_by(person_id: UUID, permissions: frozenset[Permission]) -> Hashable:
    """What row-level security makes of a person: each doctor has their own patients, the others see by their rights."""
    return person_id if Permission.RECORD_WRITE in permissions else permissions
