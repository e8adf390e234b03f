"""Files as people attach them, and as attackers do; made here, so that nothing hostile lies in the tree."""

import array
import io
import struct
import zlib
from typing import Any

from fpdf import FPDF
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

CAMERA = "KAMERA-RAHASIA-77"


def picture(width: int = 320, height: int = 200, form: str = "JPEG", **more: Any) -> bytes:
    """A picture that is red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), (200, 30, 40))
    image.paste((30, 40, 200), (width // 2, 0, width, height))
    out = io.BytesIO()
    image.save(out, form, **more)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A photo that lies on its side (orientation 6), and says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, CAMERA
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "S", (6.0, 12.0, 0.0), "E", (106.0, 49.0, 0.0)
    return picture(exif=exif, comment=CAMERA.encode())


def pdf(pages: int = 2, words: str = "Hasil audiometri") -> bytes:
    """A plain document."""
    paper = FPDF()
    paper.set_font("helvetica", size=20)
    for number in range(1, pages + 1):
        paper.add_page()
        paper.cell(0, 12, f"{words}, halaman {number}")
    return bytes(paper.output())


def _changed(change: Any) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scripted_pdf(action: str = "/JavaScript", *, linked: bool = True) -> bytes:
    """A document that acts: when it is opened, or (not `linked`) in an object that no page leads to."""

    def act(writer: PdfWriter) -> None:
        deed = DictionaryObject({NameObject("/S"): NameObject(action), NameObject("/F"): TextStringObject("x")})
        if action == "/JavaScript":
            deed[NameObject("/JS")] = TextStringObject("app.alert(1)")
        reference = writer._add_object(deed)
        if linked:
            writer._root_object[NameObject("/OpenAction")] = reference

    return _changed(act)


def carrying_pdf() -> bytes:
    """A document with another file inside."""
    return _changed(lambda writer: writer.add_attachment("x.exe", b"MZ"))


def locked_pdf() -> bytes:
    """A document with a password."""
    return _changed(lambda writer: writer.encrypt("rahasia"))


def huge_png(width: int = 50_000, height: int = 50_000) -> bytes:
    """A few hundred bytes that unpack into gigabytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def dicom(patient: str = "RAHMAWATI^SITI", *, preamble: bytes = b"MZ" + bytes(126)) -> bytes:
    """A small slice of a CT in sixteen bits, whose preamble begins like a Windows program."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("x", {}, file_meta=meta, preamble=preamble)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.PatientName, data.PatientBirthDate = patient, "19850714"
    data.Modality, data.StudyDate, data.StudyDescription = "CT", "20261101", "CT MASTOID"
    data.Rows, data.Columns, data.SamplesPerPixel = 64, 80, 1
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.PhotometricInterpretation = 15, 1, "MONOCHROME2"
    data.PixelData = array.array("h", [(i % 2000) - 1000 for i in range(64 * 80)]).tobytes()
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()
