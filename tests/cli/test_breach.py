"""The breach report as an operator reads it: text, CSV, JSON, and days as people write them."""

import csv
import io
import json
from datetime import datetime
from uuid import UUID

import pytest
import typer

from tht_app.cli.breach import Form, lines_of, moment, written
from tht_app.domain.audit.log import Access, Deed, KnownPatient, Somebody
from tht_app.settings import settings
from tht_app.use_cases.audit import Exposure

ZONE = settings().zone
AT = datetime(2026, 11, 21, 14, 3, tzinfo=ZONE)
FOUND = [
    Exposure(
        KnownPatient(UUID(int=1), 1234, "=Siti"),
        Access(AT, AT.replace(hour=16), 4, Somebody(UUID(int=7), "Tono", ("cashier",)), Deed.LOOK, "encounter", ""),
    )
]
SUMMARY = {"since": "2026-11-21", "until": "2026-11-22", "patients": 1, "people": 1}


def test_a_day_is_the_clinics_and_as_an_end_it_is_included() -> None:
    assert moment("2026-11-21") == datetime(2026, 11, 21, tzinfo=ZONE)
    assert moment("2026-11-21", end=True) == datetime(2026, 11, 21, 23, 59, 59, 999999, tzinfo=ZONE)
    assert moment("2026-11-21T14:30", end=True) == datetime(2026, 11, 21, 14, 30, tzinfo=ZONE)
    with pytest.raises(typer.BadParameter):
        moment("kemarin")


def test_each_form_says_the_same() -> None:
    lines = lines_of(FOUND, "id")
    text = written(lines, Form.TEXT, SUMMARY)
    assert "1 patients reached by 1 people" in text
    assert "00-12-34  =Siti  |  Tono (Kasir)  |  Melihat catatan kunjungan  |  4x" in text
    (head, line) = csv.reader(io.StringIO(written(lines, Form.CSV, SUMMARY)), delimiter=";")
    assert (head[0], line[0], line[1], line[4]) == ("record_number", "00-12-34", "'=Siti", "4")
    said = json.loads(written(lines, Form.JSON, SUMMARY))
    assert said["patients"] == 1
    assert said["accesses"][0]["first"].startswith("2026-11-21T14:03:00")
