"""Opens one file that came from outside, in a process of its own that can do nothing else; run by `inspector.py`.

It is started by path, isolated, without environment, and knows nothing of the clinic. The file comes on standard input,
the answer goes to standard output: one line of JSON, then the bytes that it announces. Whatever a hostile file does to
the libraries that read it ends with this process: no file can be written, memory and time are short.

    inspector_child.py check image/jpeg 40000000 300     what is in it, its cleaned content, its thumbnail
    inspector_child.py page application/pdf 3            one page as picture
"""

import importlib
import io
import json
import resource
import sys
import warnings
from typing import Any, NoReturn, cast

from PIL import Image, ImageOps

MEMORY, SECONDS = 1_200_000_000, 15
THUMBNAIL, PAGE_WIDTH = 480, 1600
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ACTIVE_KEYS = ("/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent")
ACTIVE_ACTIONS = frozenset(
    ("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/RichMedia")
)
PLAIN_DICT: Any = dict
PLAIN_LIST: Any = list
"""Their methods give what lies there; those of pypdf follow references, and so would go in circles."""
MOST_OBJECTS = 200_000
DEEPEST = 60


class Refused(Exception):
    """The file is not taken; the message is the reason's code."""


def answer(facts: dict[str, Any], *parts: bytes) -> None:
    """Say what was found."""
    out = sys.stdout.buffer
    out.write(json.dumps({**facts, "parts": [len(part) for part in parts]}).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()


def shut_in() -> None:
    """Give up everything that reading a file does not need."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def thumbnail_of(picture: Image.Image) -> bytes:
    """A small picture on white."""
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return webp(on_white(small), 78)


def on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, in the colours of a screen."""
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        ground = Image.new("RGB", clear.size, "white")
        ground.paste(clear, mask=clear.getchannel("A"))
        return ground
    return picture.convert("RGB")


def webp(picture: Image.Image, quality: int) -> bytes:
    """The picture as WebP, without anything that the camera said."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality, method=2)
    return out.getvalue()


def check_image(data: bytes, kind: str, most_pixels: int) -> None:
    """Unpack, turn upright, pack again: place, camera, and whatever hid between the pixels are gone."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(data), formats=[FORMATS[kind]]) as picture:
        if picture.width * picture.height > most_pixels:
            raise Refused("too_many_pixels")
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    out = io.BytesIO()
    if kind == "image/png":
        plain = upright if upright.mode in {"1", "L", "LA", "RGB", "RGBA"} else _screen(upright)
        clean(plain).save(out, "PNG", optimize=False)
    elif kind == "image/webp":
        clean(upright if upright.mode == "RGBA" else on_white(upright)).save(out, "WEBP", quality=92, method=2)
    else:
        plain = upright if upright.mode in {"L", "RGB"} else upright.convert("RGB")
        clean(plain).save(out, "JPEG", quality=92, subsampling=0)
    answer({"width": upright.width, "height": upright.height}, out.getvalue(), thumbnail_of(upright))


def _screen(picture: Image.Image) -> Image.Image:
    return picture.convert("RGBA" if "transparency" in picture.info else "RGB")


def clean(picture: Image.Image) -> Image.Image:
    """The pixels alone: comments, profiles and text chunks ride on `info`."""
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def check_pdf(data: bytes, most_pages: int) -> None:
    """Refuse what acts by itself, count the pages, draw the first."""
    from pypdf import PdfReader  # noqa: PLC0415  only this kind of file needs it

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise Refused("locked")
    refuse_active(reader)
    document = open_pdf(data)
    pages = len(document)
    if pages > most_pages:
        raise Refused("too_many_pixels")
    answer({"pages": pages}, b"", thumbnail_of(page_picture(document, 1, THUMBNAIL)))


def refuse_active(reader: Any) -> None:
    """Look at every object of the file, whether a page leads to it or not."""
    numbers = {(number, generation) for generation, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MOST_OBJECTS:
        raise Refused("damaged")
    look_at(reader.trailer, 0)
    for number, generation in sorted(numbers):
        look_at(reader.get_object(_reference(reader, number, generation)), 0)


def _reference(reader: Any, number: int, generation: int) -> Any:
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    return IndirectObject(number, generation, reader)


def look_at(thing: Any, depth: int) -> None:
    """Dictionaries and arrays inside one object; what another object holds is looked at there."""
    if depth > DEEPEST:
        raise Refused("damaged")
    if isinstance(thing, dict):
        entries = cast("dict[str, Any]", thing)
        if any(key in entries for key in ACTIVE_KEYS) or str(PLAIN_DICT.get(entries, "/S")) in ACTIVE_ACTIONS:
            raise Refused("active")
        for value in PLAIN_DICT.values(entries):
            look_at(value, depth + 1)
    elif isinstance(thing, list):
        for value in PLAIN_LIST.__iter__(thing):
            look_at(value, depth + 1)


def open_pdf(data: bytes) -> Any:
    """The document as PDFium reads it."""
    pypdfium2: Any = importlib.import_module("pypdfium2")
    return pypdfium2.PdfDocument(data)


def page_picture(document: Any, number: int, width: int) -> Image.Image:
    """One page, counted from 1, at most `width` wide and twice as high."""
    page = document[number - 1]
    size = page.get_size()
    scale = min(width / max(size[0], 1), 2 * width / max(size[1], 1))
    return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


def check_dicom(data: bytes, most_pixels: int) -> None:
    """What the file says of patient and examination, and a thumbnail where the pixels lie plainly."""
    pydicom: Any = importlib.import_module("pydicom")
    dataset = pydicom.dcmread(io.BytesIO(data))
    if "DirectoryRecordSequence" in dataset or "SOPClassUID" not in dataset:
        raise Refused("damaged")
    words = {
        name: str(dataset.get(tag, ""))[:200]
        for name, tag in (
            ("patient", "PatientName"),
            ("born", "PatientBirthDate"),
            ("modality", "Modality"),
            ("day", "StudyDate"),
            ("study", "StudyDescription"),
            ("series", "SeriesDescription"),
            ("body", "BodyPartExamined"),
        )
    }
    rows, columns = int(dataset.get("Rows", 0) or 0), int(dataset.get("Columns", 0) or 0)
    picture = None if rows * columns > most_pixels else dicom_picture(dataset, rows, columns)
    small = thumbnail_of(picture) if picture is not None else b""
    answer({**words, "width": columns, "height": rows}, b"", small)


def dicom_picture(dataset: Any, rows: int, columns: int) -> Image.Image | None:
    """The first frame, if it is plain grey or colour of 8 or 16 bits, or one JPEG; nothing for the rest."""
    from pydicom.encaps import generate_frames  # noqa: PLC0415

    if "PixelData" not in dataset or not rows or not columns:
        return None
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        frame = next(iter(generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1)))))
        if not frame.startswith(b"\xff\xd8\xff"):
            return None
        with Image.open(io.BytesIO(frame), formats=["JPEG"]) as picture:
            return picture.convert("RGB") if picture.size == (columns, rows) else None
    samples, bits = int(dataset.SamplesPerPixel), int(dataset.BitsAllocated)
    if not dataset.file_meta.TransferSyntaxUID.is_little_endian or bits not in {8, 16}:
        return None
    pixels = bytes(dataset.PixelData)[: rows * columns * samples * bits // 8]
    if samples == 3 and bits == 8 and int(dataset.get("PlanarConfiguration", 0)) == 0:
        return Image.frombytes("RGB", (columns, rows), pixels)
    return grey(dataset, (columns, rows), pixels, bits) if samples == 1 else None


def grey(dataset: Any, size: tuple[int, int], pixels: bytes, bits: int) -> Image.Image:
    """Stretch what there is between black and white; a viewer with windows and measures is another matter."""
    if bits == 8:
        plain = Image.frombytes("L", size, pixels)
    else:
        signed = int(dataset.get("PixelRepresentation", 0)) == 1
        wide = Image.frombytes("I", size, pixels, "raw", "I;16S" if signed else "I;16")
        low, high = wide.getextrema()
        span = max(float(high) - float(low), 1.0)  # type: ignore[arg-type]
        plain = wide.point(lambda value: value * (255 / span) - float(low) * 255 / span).convert("L")  # type: ignore[arg-type]
    stretched = ImageOps.autocontrast(plain)
    return ImageOps.invert(stretched) if dataset.get("PhotometricInterpretation") == "MONOCHROME1" else stretched


def main() -> NoReturn:
    """Do what the command line says with what comes on standard input."""
    shut_in()
    warnings.simplefilter("ignore")
    task, kind, *numbers = sys.argv[1:]
    data = sys.stdin.buffer.read()
    try:
        if task == "page":
            answer({}, webp(page_picture(open_pdf(data), int(numbers[0]), PAGE_WIDTH), 82))
        elif kind in FORMATS:
            check_image(data, kind, int(numbers[0]))
        elif kind == "application/pdf":
            check_pdf(data, int(numbers[1]))
        else:
            check_dicom(data, int(numbers[0]))
    except Refused as refusal:
        answer({"refused": str(refusal)})
    except Exception:  # noqa: BLE001  whatever a library says of a broken file, it is broken
        answer({"refused": "damaged"})
    sys.exit(0)


if __name__ == "__main__":
    main()
