"""A CSV file of patients: which column is which, and what is wrong in which line.

People export from Excel (semicolons, cp1252, `No. RM;Nama;Tgl Lahir`) or from our own export; both are read.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tht_app.domain.errors import RuleViolation
from tht_app.domain.registration.patient import Payer
from tht_app.domain.registration.sex import Sex

BYTES_MAX = 20_000_000
LINES_MAX = 20_000
CELL_MAX = 10_000

COLUMNS: tuple[str, ...] = (
    "record_number",
    "name",
    "birth_date",
    "birth_date_estimated",
    "sex",
    "nik",
    "nik_missing",
    "other_id_kind",
    "other_id",
    "bpjs",
    "phone",
    "email",
    "street",
    "rt",
    "rw",
    "village",
    "district",
    "city",
    "province",
    "postal_code",
    "payer",
    "insurer",
    "payer_number",
    "guardian_name",
    "guardian_relation",
    "guardian_phone",
    "birth_place",
    "religion",
    "occupation",
    "education",
    "marital_status",
    "deceased",
)
"""Columns of our own export, in order; an import takes them in any order and under their usual Indonesian names."""

REQUIRED = ("name", "birth_date", "sex")

_ALIASES = {
    "nama": "name",
    "namalengkap": "name",
    "namapasien": "name",
    "tanggallahir": "birth_date",
    "tgllahir": "birth_date",
    "birthdate": "birth_date",
    "dob": "birth_date",
    "jeniskelamin": "sex",
    "kelamin": "sex",
    "jk": "sex",
    "lp": "sex",
    "gender": "sex",
    "noktp": "nik",
    "ktp": "nik",
    "nobpjs": "bpjs",
    "nokartubpjs": "bpjs",
    "nojkn": "bpjs",
    "telepon": "phone",
    "notelepon": "phone",
    "telp": "phone",
    "nohp": "phone",
    "hp": "phone",
    "surel": "email",
    "alamat": "street",
    "jalan": "street",
    "kelurahan": "village",
    "desa": "village",
    "kelurahandesa": "village",
    "kecamatan": "district",
    "kota": "city",
    "kabupaten": "city",
    "kotakabupaten": "city",
    "kabupatenkota": "city",
    "provinsi": "province",
    "kodepos": "postal_code",
    "penjamin": "payer",
    "asuransi": "insurer",
    "nopolis": "payer_number",
    "penanggungjawab": "guardian_name",
    "namapenanggungjawab": "guardian_name",
    "hubungan": "guardian_relation",
    "telppenanggungjawab": "guardian_phone",
    "tempatlahir": "birth_place",
    "agama": "religion",
    "pekerjaan": "occupation",
    "pendidikan": "education",
    "statuskawin": "marital_status",
    "norm": "record_number",
    "rm": "record_number",
} | {re.sub(r"[^a-z]", "", column): column for column in COLUMNS}

_VALUES: dict[str, dict[str, str]] = {
    "sex": {
        "l": Sex.MALE,
        "lakilaki": Sex.MALE,
        "pria": Sex.MALE,
        "m": Sex.MALE,
        "p": Sex.FEMALE,
        "perempuan": Sex.FEMALE,
        "wanita": Sex.FEMALE,
        "f": Sex.FEMALE,
    },
    "payer": {
        "umum": Payer.SELF,
        "tunai": Payer.SELF,
        "bpjs": Payer.BPJS,
        "jkn": Payer.BPJS,
        "asuransi": Payer.INSURANCE,
    },
    "guardian_relation": {
        "ibu": "mother",
        "ayah": "father",
        "bapak": "father",
        "suami": "spouse",
        "istri": "spouse",
        "anak": "child",
        "saudara": "sibling",
        "kakak": "sibling",
        "lain": "other",
        "lainnya": "other",
    },
}


class FileNotReadable(RuleViolation):
    """The file is no text in a known encoding, or no table."""

    code = "registration.file_not_readable"


class FileTooLarge(RuleViolation):
    """More bytes or lines than one import takes."""

    code = "registration.file_too_large"


class ColumnsMissing(RuleViolation):
    """A column that every patient needs is not in the file; `columns` names them."""

    code = "registration.columns_missing"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of the file: its number as a spreadsheet shows it, the fields it fills, or why it cannot be read."""

    line: int
    form: dict[str, str]
    problem: str | None = None


def decode(content: bytes) -> str:
    """Text of the file: UTF-8 with or without mark, UTF-16 with mark, else the Windows code page of Excel."""
    if len(content) > BYTES_MAX:
        raise FileTooLarge(megabytes=BYTES_MAX // 1_000_000, lines=LINES_MAX)
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if marked else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileNotReadable


def read_sheet(content: bytes) -> Iterator[SheetLine]:
    """Every line with data; broken lines come with a problem, the others go on.

    Raises `FileNotReadable`, `FileTooLarge` or `ColumnsMissing` for the file as a whole, before the first line.
    """
    text = decode(content)
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(";,\t|", key=first.count)
    if not first.count(delimiter):
        raise FileNotReadable
    header = next(csv.reader([first], delimiter=delimiter))
    columns = [_ALIASES.get(re.sub(r"[^a-z]", "", cell.casefold()), "") for cell in header]
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise ColumnsMissing(columns=", ".join(missing))
    if text.count("\n") > LINES_MAX + 1:
        raise FileTooLarge(megabytes=BYTES_MAX // 1_000_000, lines=LINES_MAX)
    return _lines(text, delimiter, columns)


def _lines(text: str, delimiter: str, columns: list[str]) -> Iterator[SheetLine]:
    """A line that opens a quote and does not close it must not swallow the rest, so quotes end with their line."""
    for number, raw in enumerate(io.StringIO(text), start=1):
        if number == 1 or not raw.strip(" \t\r\n;,|"):
            continue
        try:
            cells = next(csv.reader([raw], delimiter=delimiter, strict=True))
        except csv.Error:
            yield SheetLine(number, {}, "line_quotes")
            continue
        if len(cells) != len(columns):
            yield SheetLine(number, {}, "line_cells")
        elif any(len(cell) > CELL_MAX for cell in cells):
            yield SheetLine(number, {}, "line_too_long")
        else:
            yield SheetLine(number, _form(columns, cells))


def _form(columns: list[str], cells: list[str]) -> dict[str, str]:
    form = {
        column: _value(column, cell) for column, cell in zip(columns, cells, strict=True) if column and cell.strip()
    }
    if not form.get("nik") and not form.get("nik_missing"):
        form["nik_missing"] = "not_brought"
    return form


def _value(column: str, cell: str) -> str:
    text = cell.strip().removeprefix("'").strip()
    known = _VALUES.get(column, {})
    return known.get(re.sub(r"[^a-z]", "", text.casefold()), text)


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula; an import takes the apostrophe off again."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_lines(rows: list[dict[str, str]], *, with_header: bool) -> str:
    """Rows as CSV text with our own columns, semicolons, and values that are safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
    if with_header:
        writer.writeheader()
    writer.writerows({column: safe_cell(row.get(column, "")) for column in COLUMNS} for row in rows)
    return out.getvalue()
