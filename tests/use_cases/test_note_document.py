"""The shared document itself: which words it says, what may change it, and that many hands end with the same."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from tht_app.domain.encounter.note import LARGEST_UPDATE, NoteTooLarge, Section, UpdateBroken
from tht_app.use_cases.encounter.note_document import Shadow, document_of, rewrite, seed, words_of

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00"), max_size=120)


@given(TEXT, TEXT)
@settings(max_examples=60, deadline=None)
def test_a_document_says_what_it_was_begun_and_rewritten_with(first: str, then: str):
    document = document_of((seed({Section.PLAN: first}),))
    assert words_of(document)[Section.PLAN] == first
    copy = document_of((document.get_update(), rewrite(document, Section.PLAN, then)))
    assert words_of(copy)[Section.PLAN] == then
    assert words_of(copy)[Section.SUBJECTIVE] == ""


def item(*lines: str, inside: XmlElement | None = None) -> XmlElement:
    paragraphs = [XmlElement("paragraph", {}, [XmlText(line)] if line else []) for line in lines]
    return XmlElement("listItem", {}, [*paragraphs, *([inside] if inside else [])])


def test_lists_and_line_breaks_become_words():
    document = document_of((seed({}),))
    children = document.get("objective", type=XmlFragment).children
    with document.transaction():
        del children[0:1]
        children.append(XmlElement("paragraph", {}, [XmlText("AD"), XmlElement("hardBreak"), XmlText("AS")]))
        children.append(
            XmlElement(
                "bulletList", {}, [item("serumen", inside=XmlElement("bulletList", {}, [item("keras")])), item("")]
            )
        )
        children.append(XmlElement("orderedList", {"start": "3"}, [item("satu", "lanjut"), item("dua")]))
    assert words_of(document)[Section.OBJECTIVE] == "AD\nAS\n- serumen\n  - keras\n- \n3. satu\n   lanjut\n4. dua"


@pytest.mark.parametrize("start", ["x", "-1", "1e9", "99999999999", ""])
def test_a_numbered_list_with_an_odd_start_still_counts(start: str):
    document = document_of((seed({}),))
    document.get("plan", type=XmlFragment).children.append(XmlElement("orderedList", {"start": start}, [item("a")]))
    assert words_of(document)[Section.PLAN].endswith("1. a")


@pytest.mark.parametrize("seed_", range(5))
def test_hands_that_write_apart_and_meet_again_end_with_the_same(seed_: int):
    """In the order in which a room hands steps on: nobody gets one before those that it builds on.

    Out of that order the library may end apart, which is one more reason to refuse a step that waits.
    """
    dice = random.Random(seed_)
    begun = seed({Section.SUBJECTIVE: "awal"})
    hands, sent = [document_of((begun,)) for _ in range(3)], [[], [], []]
    judge = Shadow(document_of((begun,)))
    typed: list[str] = []
    for turn in range(300):
        who = dice.randrange(3)
        hand = hands[who]
        before = hand.get_state()
        paragraph = hand.get("subjective", type=XmlFragment).children[0]
        if not len(paragraph.children):
            paragraph.children.append(XmlText(""))
        typed.append(f"<{turn}>")
        words = paragraph.children[0]
        words.insert(dice.choice((0, len(words))), typed[-1])
        update = hand.get_update(before)
        assert judge.take(update) == {Section.SUBJECTIVE}
        for other in range(3):
            if other != who:
                sent[other].append(update)
        if dice.random() < 0.1:
            for one in sent[who]:
                hand.apply_update(one)
            sent[who].clear()
    for hand, waiting in zip(hands, sent, strict=True):
        for one in waiting:
            hand.apply_update(one)
    texts = {words_of(hand)[Section.SUBJECTIVE] for hand in hands}
    assert len(texts) == 1
    assert all(word in next(iter(texts)) for word in typed)


def test_a_step_of_another_lineage_is_shown_for_what_it_changes():
    other: Doc = document_of((seed({Section.PLAN: "lain"}),))
    assert Shadow(document_of((seed({}),))).take(other.get_update()) == {Section.PLAN} | set(Section)


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_half_a_step_is_none(cut: int):
    begun = seed({Section.SUBJECTIVE: "awal"})
    document = document_of((begun,))
    step = rewrite(document, Section.SUBJECTIVE, "akhir yang lebih panjang")
    with pytest.raises(UpdateBroken):
        Shadow(document_of((begun,))).take(step[: -min(cut, len(step) - 1)])


def test_noise_is_refused_and_never_more_than_that():
    dice = random.Random(4)
    begun = document_of((seed({Section.SUBJECTIVE: "awal"}),))
    step = rewrite(document_of((begun.get_update(),)), Section.SUBJECTIVE, "lain")
    for _ in range(400):
        noise = bytearray(dice.choice((step, begun.get_update(), dice.randbytes(60))))
        for _ in range(dice.randint(1, 5)):
            noise[dice.randrange(len(noise))] = dice.randrange(256)
        try:
            Shadow(begun).take(bytes(noise))
        except (UpdateBroken, NoteTooLarge):
            continue


def test_what_is_larger_than_a_note_is_refused():
    with pytest.raises(NoteTooLarge):
        Shadow(document_of((seed({}),))).take(bytes(LARGEST_UPDATE + 1))
