"""The note's own way to the server: text goes straight to the database and never through a screen's State.

GET /notes/{encounter}              all sections, what may be written, whether it is signed
GET /notes/{encounter}/{section}    one section
PUT /notes/{encounter}/{section}    {"text": ..., "base_version": n} and the header Idempotency-Key

A save is answered only after the commit. 409 with `code` "encounter.note_conflict" carries the text that is there now
under `theirs`; every other refusal is problem+json.
"""

import json
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tht_app.database.unit_of_work import Actor
from tht_app.domain.encounter.note import NoteConflict, section_named
from tht_app.domain.encounter.record import Note, SavedSection, SectionText
from tht_app.domain.errors import NotFound, ValidationFailed
from tht_app.i18n import clock_text
from tht_app.settings import settings
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ReadNote, SaveSection
from tht_app.web.acting import problem, route
