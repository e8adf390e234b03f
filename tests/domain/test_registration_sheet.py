"""CSV files of patients, as clinics really send them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tht_app.domain.registration.sheet import (
    COLUMNS,
    LINES_MAX,
    ColumnsMissing,
    FileNotReadable,
    FileTooLarge,
    read_sheet,
    safe_cell,
    write_lines,
)

HEAD = "Nama;Tgl Lahir;JK;No. KTP;No HP\n"


def _forms(text: str) -> list[dict[str, str]]:
    return [line.form for line in read_sheet(text.encode())]


def test_reads_the_names_of_columns_as_clinics_write_them() -> None:
    assert _forms(HEAD + "Siti;14-7-1985;P;3174015407850001;0812-3456-7890\n") == [
        {
            "name": "Siti",
            "birth_date": "14-7-1985",
            "sex": "female",
            "nik": "3174015407850001",
            "phone": "0812-3456-7890",
        }
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_reads_what_spreadsheets_write(delimiter: str, encoding: str) -> None:
    text = f"nama{delimiter}tanggal lahir{delimiter}jenis kelamin\r\nJosé{delimiter}1-2-1990{delimiter}L\r\n"
    lines = list(read_sheet(text.encode(encoding)))
    assert [(line.line, line.form["name"], line.form["sex"]) for line in lines] == [(2, "José", "male")]


def test_broken_lines_are_named_and_the_others_go_on() -> None:
    text = HEAD + 'Siti;1-1-1990;P;;\n"Budi;1-1-1990;L;;\nDewi;1-1-1990\n;;;;\nAgus;1-1-1990;L;;\n'
    lines = list(read_sheet(text.encode()))
    assert [(line.line, line.problem) for line in lines] == [
        (2, None),
        (3, "line_quotes"),
        (4, "line_cells"),
        (6, None),
    ]


def test_without_nik_a_reason_is_set() -> None:
    assert _forms(HEAD + "Siti;1-1-1990;P;;\n")[0]["nik_missing"] == "not_brought"


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"hanya satu kolom\n", b"\xff\xfea"])
def test_refuses_what_is_no_table(content: bytes) -> None:
    with pytest.raises(FileNotReadable):
        list(read_sheet(content))


def test_says_which_columns_are_missing() -> None:
    with pytest.raises(ColumnsMissing) as refused:
        list(read_sheet(b"nama;alamat\nSiti;Jl\n"))
    assert refused.value.params["columns"] == "birth_date, sex"


def test_refuses_more_lines_than_one_import_takes() -> None:
    with pytest.raises(FileTooLarge):
        list(read_sheet((HEAD + "a;b;c;d;e\n" * (LINES_MAX + 2)).encode()))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(FileNotReadable, ColumnsMissing, FileTooLarge):
        list(read_sheet(content))


@pytest.mark.parametrize("text", ["=1+1", "+6281", "-1", "@x", "\t=1"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert safe_cell(text).startswith("'")


def test_what_is_written_is_read_back() -> None:
    rows = [{"name": "=cmd|' /C calc'!A0", "birth_date": "1990-01-01", "sex": "male", "street": 'Jl. "A"; no 5'}]
    lines = list(read_sheet(write_lines(rows, with_header=True).encode()))
    assert len(COLUMNS) == len(set(COLUMNS))
    assert {key: lines[0].form[key] for key in rows[0]} == rows[0]
