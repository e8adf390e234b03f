"""The shared document of a note: how it begins, what a change of it may be, and which words it says.

One Y.Doc with an XML fragment for each section. Its elements are paragraphs, two kinds of lists and line breaks; there
is no formatting that a signature over words would not cover. Everything here is pure: bytes in, bytes or words out.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pycrdt
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from tht_app.domain.encounter.note import LARGEST_DOCUMENT, LARGEST_UPDATE, NoteTooLarge, Section, UpdateBroken

NAMES = frozenset(section.value for section in Section)
PARAGRAPH, BREAK, BULLETS, NUMBERS, ITEM = "paragraph", "hardBreak", "bulletList", "orderedList", "listItem"
TAGS = frozenset({PARAGRAPH, BREAK, BULLETS, NUMBERS, ITEM})
ATTRIBUTES = frozenset({"start", "type"})
"""Of numbered lists."""
PANIC = "PanicException"
DEEPEST = 24
"""Lists in lists end somewhere; what reads a note goes down as deep as this."""

Document = Doc[Any]


def document_of(updates: Iterable[bytes]) -> Document:
    """The document that these steps make."""
    document: Document = Doc()
    for section in Section:
        document.get(section.value, type=XmlFragment)
    with document.transaction():
        for update in updates:
            document.apply_update(update)
    return document


def seed(texts: Mapping[Section, str]) -> bytes:
    """The first step of a document: these texts, a paragraph for each line.

    It is made once and kept. Two documents that began apart never become one: what the one says, the other drops.
    """
    document = document_of(())
    for section in Section:
        _fill(document, section, texts.get(section, ""))
    return document.get_update()


def since(document: Document, vector: bytes) -> bytes:
    """What a device with this state vector lacks; raises UpdateBroken for what is none."""
    clocks_of(vector)
    try:
        return document.get_update(vector)
    except (ValueError, RuntimeError) as broken:
        raise UpdateBroken from broken


def rewrite(document: Document, section: Section, text: str) -> bytes:
    """Let a section say exactly this, and return the step that does it."""
    before = document.get_state()
    with document.transaction():
        fragment = document.get(section.value, type=XmlFragment)
        del fragment.children[0 : len(fragment.children)]
        _fill(document, section, text)
    return document.get_update(before)


def _fill(document: Document, section: Section, text: str) -> None:
    fragment = document.get(section.value, type=XmlFragment)
    for line in text.split("\n"):
        fragment.children.append(XmlElement(PARAGRAPH, {}, [XmlText(line)] if line else []))


def words_of(document: Document) -> dict[Section, str]:
    """What each section says: a line for each paragraph, `- ` or `1. ` before the items of lists."""
    return {section: "\n".join(_lines(document.get(section.value, type=XmlFragment))) for section in Section}


def same(one: Document, other: Document) -> bool:
    """Whether two documents hold the same steps and say the same."""
    return clocks_of(one.get_state()) == clocks_of(other.get_state()) and words_of(one) == words_of(other)


def _lines(parent: Any) -> list[str]:
    lines: list[str] = []
    for child in parent.children:
        if isinstance(child, XmlElement) and child.tag in {BULLETS, NUMBERS}:
            lines.extend(_items(child))
        elif isinstance(child, XmlElement) and child.tag == ITEM:
            lines.extend(_lines(child))
        else:
            lines.extend(_inline(child).split("\n"))
    return lines


def _items(items: XmlElement) -> Iterable[str]:
    first = _start(items) if items.tag == NUMBERS else 0
    for number, item in enumerate(items.children, start=first):
        mark = f"{number}. " if items.tag == NUMBERS else "- "
        lines = _lines(item) if isinstance(item, XmlElement) else [_inline(item)]
        yield f"{mark}{lines[0] if lines else ''}"
        yield from (f"{' ' * len(mark)}{line}" for line in lines[1:])


def _start(items: XmlElement) -> int:
    """Where a numbered list begins; 1 where that is no number."""
    told = str(items.attributes.get("start") or "").removesuffix(".0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 1


def _inline(node: Any) -> str:
    if isinstance(node, XmlText):
        return "".join(chunk for chunk, _ in node.diff() if isinstance(chunk, str))
    if isinstance(node, XmlElement) and node.tag == BREAK:
        return "\n"
    return "".join(_inline(child) for child in node.children)


class Shadow:
    """A copy of a document on which a change is tried before anybody else is shown it.

    After a refusal the copy holds what it should not: make a new one.
    """

    def __init__(self, document: Document, more: Iterable[bytes] = ()) -> None:
        """Copy the document, with steps that it is about to take."""
        self._document = document_of((document.get_update(), *more))
        self._touched: set[Section] = set()
        self._odd = False
        self._size = len(self._document.get_update())
        # An observation ends with the object that it was asked of.
        self._fragments = {section: self._document.get(section.value, type=XmlFragment) for section in Section}
        for section, fragment in self._fragments.items():
            fragment.observe_deep(partial(self._saw, section))

    def take(self, update: bytes) -> frozenset[Section]:
        """Take the step and say which sections it changed.

        Raises UpdateBroken for what is no step of this document, NoteTooLarge.
        """
        if len(update) > LARGEST_UPDATE or self._size + len(update) > LARGEST_DOCUMENT:
            raise NoteTooLarge
        self._touched.clear()
        try:
            self._document.apply_update(update)
            rest = pycrdt.get_update(update, self._document.get_state())
        except BaseException as broken:
            # The library may also panic over what it cannot read, and that is no Exception.
            if isinstance(broken, Exception) or type(broken).__name__ == PANIC:
                raise UpdateBroken from broken
            raise
        if self._odd or not _is_whole(rest, self._document.get_state()) or frozenset(self._document.keys()) != NAMES:
            raise UpdateBroken
        self._size += len(update)
        return frozenset(self._touched)

    def _saw(self, section: Section, events: list[Any]) -> None:
        self._touched.add(section)
        self._odd = self._odd or not all(_is_plain(event) for event in events)


def _is_plain(event: Any) -> bool:
    """Whether a change brings nothing but the elements, attributes and unformatted text that a note is made of."""
    in_text = isinstance(event.target, XmlText)
    if event.keys and (not isinstance(event.target, XmlElement) or not ATTRIBUTES.issuperset(event.keys)):
        return False
    for change in event.delta or ():
        if change.get("attributes"):
            return False
        inserted = change.get("insert", "" if in_text else ())
        if in_text and not isinstance(inserted, str):
            return False
        if not in_text and not all(_is_known(node, len(event.path)) for node in inserted):
            return False
    return True


def _is_known(node: Any, depth: int) -> bool:
    """Whether a new node and all in it belong into a note; text stands in elements, never beside them."""
    if depth == 0 and isinstance(node, XmlText):
        return False
    waiting = [(node, depth)]
    while waiting:
        one, deep = waiting.pop()
        if isinstance(one, XmlText):
            if any(marks or not isinstance(chunk, str) for chunk, marks in one.diff()):
                return False
            continue
        if not isinstance(one, XmlElement) or one.tag not in TAGS or deep > DEEPEST:
            return False
        attributes: Any = one.attributes
        if not ATTRIBUTES.issuperset(name for name, _ in attributes):
            return False
        waiting.extend((child, deep + 1) for child in one.children)
    return True


def _is_whole(rest: bytes, state: bytes) -> bool:
    """Whether nothing of a step waits for what is not here: neither pieces of text nor removals.

    `rest` is what a step holds beyond the state that it led to. Something left would come into effect with a later step
    of somebody else, and so under somebody else's rights.
    """
    reader = _Numbers(rest)
    if reader.next() != 0:
        return False
    known = clocks_of(state)
    for _ in range(reader.next()):
        client = reader.next()
        for _ in range(reader.next()):
            clock, length = reader.next(), reader.next()
            if clock + length > known.get(client, 0):
                return False
    return True


def clocks_of(state: bytes) -> dict[int, int]:
    """How far a state vector is with each device that ever wrote."""
    reader = _Numbers(state)
    return {reader.next(): reader.next() for _ in range(reader.next())}


class _Numbers:
    """Variable-length numbers of the wire format, seven bits a byte, lowest first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def next(self) -> int:
        """The next number; UpdateBroken at the end of the data."""
        number = shift = 0
        while True:
            if self._place >= len(self._data) or shift > 70:
                raise UpdateBroken
            byte = self._data[self._place]
            self._place += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number
