"""Names as people write them, and as people look for them.

A name is one string, may be one word, and keeps its spelling. For finding it we keep its plain words (`muhammad`) and
how they sound in Indonesian, old and new spelling alike (`Mohammad`, `Moechamad`, `Muhamad` -> `muhamad`).
"""

import re
import unicodedata
from functools import lru_cache

from tht_app.domain.errors import Problem

NAME_MAX = 200
WORD_MAX = 40
WORDS_MAX = 12
SHORTEST_TYPO = 3
SHORTEST_DOUBLE_TYPO = 6

_APOSTROPHES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u0060\u00b4"), "'")
_ALLOWED = frozenset(" '-.,/()")
_HONORIFICS = frozenset(
    {"tn", "ny", "nn", "sdr", "sdri", "by", "h", "hj", "dr", "drs", "dra", "drg", "ir", "prof", "alm", "almh"}
)
_MUHAMMAD_SHORT = frozenset({"muh", "moh", "mhd", "muhd", "mohd", "moch", "much", "moeh"})

_OLD_SPELLING = re.compile(r"oe|dj|tj|sj")
_OLD_J = re.compile(r"(?<![dtsn])j")
"""Before 1972 a lone j was today's y: Soerjo, Joesoef; words without another old sign are left alone."""

_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"oe", "u"),
        (r"dj", "j"),
        (r"tj", "c"),
        (r"sj", "sy"),
        (r"nj", "ny"),
        (r"[ck]h", "h"),
        (r"ph", "f"),
        (r"v", "f"),
        (r"s[yh]", "s"),
        (r"([tdgb])h", r"\1"),
        (r"ck", "k"),
        (r"q", "k"),
        (r"x", "ks"),
        (r"(.)\1+", r"\1"),
        (r"(?:ie|y)$", "i"),
        (r"(?<=..)(?<=[aiueo])h$", ""),
        (r"^moh", "muh"),
        (r"^muham[ae][dt]$", "muhamad"),
    )
)


def clean_name(text: str) -> str:
    """One spelling for the same name: composed letters, one kind of apostrophe, single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_APOSTROPHES).split())


def name_problem(name: str) -> Problem | None:
    """Judge a cleaned name: letters of any script, `' - . , / ( )`, digits; one word is enough."""
    if not name:
        return Problem("required")
    if len(name) > NAME_MAX:
        return Problem("too_long", {"max": NAME_MAX, "count": len(name)})
    for sign in name:
        if unicodedata.category(sign)[0] not in "LM" and not sign.isdecimal() and sign not in _ALLOWED:
            return Problem("name_sign", {"sign": sign if sign.isprintable() else f"U+{ord(sign):04X}"})
    if not any(sign.isalpha() for sign in name):
        return Problem("name_letters")
    return None


def plain_words(name: str) -> tuple[str, ...]:
    """Lower-case words without accents, apostrophes and honorifics, in order, each once.

    Honorifics stay when nothing else is there: somebody may be called Ir or Dra.
    """
    bare = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES).casefold())
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign) and sign != "'")
    found = [word[:WORD_MAX] for word in re.split(r"[\W_]+", bare) if word]
    words = [word for word in found if word not in _HONORIFICS] or found
    return tuple(dict.fromkeys(words))[:WORDS_MAX]


@lru_cache(maxsize=65_536)
def sound_of(word: str) -> str:
    """How a plain word sounds, so that spellings of one name meet; a fixed point of itself."""
    if word in _MUHAMMAD_SHORT:
        return "muhamad"
    if _OLD_SPELLING.search(word):
        word = _OLD_J.sub("y", word)
    while True:
        sound = word
        for pattern, into in _SOUNDS:
            sound = pattern.sub(into, sound)
        if sound == word or not sound:
            return word
        word = sound


def near_spellings(sound: str) -> tuple[str, ...]:
    """The sound and everything one dropped letter away.

    Two words at most one typing mistake apart (letter left out, added, changed, or two swapped) share one of these, so
    equality finds typos without comparing with every word.
    """
    if len(sound) < SHORTEST_TYPO:
        return (sound,)
    return tuple(dict.fromkeys([sound, *(sound[:at] + sound[at + 1 :] for at in range(len(sound)))]))


def typing_distance(left: str, right: str) -> int:
    """Count letters left out, added, changed, or swapped with their neighbour."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, a in enumerate(left, start=1):
        now = [row]
        for column, b in enumerate(right, start=1):
            best = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]


def typos_allowed(sound: str) -> int:
    """How many mistakes still count as the same word: none below 3 letters, one below 6, else two."""
    if len(sound) < SHORTEST_TYPO:
        return 0
    return 1 if len(sound) < SHORTEST_DOUBLE_TYPO else 2


def mistakes_within_reason(typed_sound: str, sound: str) -> int | None:
    """The number of typing mistakes between two sounds, or None when there are too many for the same word."""
    most = typos_allowed(typed_sound)
    if abs(len(typed_sound) - len(sound)) > most or len(set(typed_sound) ^ set(sound)) > 2 * most:
        return None  # cheap to see: a mistake changes the length by one and the letters by two at most
    mistakes = typing_distance(typed_sound, sound)
    return mistakes if mistakes <= most else None


def word_cost(typed: str, word: str) -> int | None:
    """How far a word of a name is from what was typed; None when it is another word.

    0 same word, 1 sounds the same, 2 begins so, 3 begins so by sound, 4 contains it, 5 and 6 one or two mistakes.
    """
    if word == typed:
        return 0
    typed_sound, sound = sound_of(typed), sound_of(word)
    ladder = (
        typed_sound == sound,
        word.startswith(typed),
        sound.startswith(typed_sound),
        len(typed) >= SHORTEST_TYPO and typed in word,
    )
    for cost, holds in enumerate(ladder, start=1):
        if holds:
            return cost
    mistakes = mistakes_within_reason(typed_sound, sound)
    return None if mistakes is None else 4 + mistakes


def name_cost(typed: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """Sum of the costs of all typed words, or None when one of them is not in the name."""
    total = 0
    for one in typed:
        costs = [cost for word in words if (cost := word_cost(one, word)) is not None]
        if not costs:
            return None
        total += min(costs)
    return total


def alikeness(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Share of the shorter name's words that the other has too, by sound and one mistake; 0 to 1.

    `Siti Rahmawati` and `Rahmawati` are wholly alike: people leave words out.
    """
    shorter, longer = sorted((left, right), key=len)
    if not shorter:
        return 0.0
    rest = [sound_of(word) for word in longer]
    met = 0
    for word in map(sound_of, shorter):
        for other in rest:
            if word == other or (min(len(word), len(other)) > SHORTEST_TYPO and typing_distance(word, other) <= 1):
                rest.remove(other)
                met += 1
                break
    return met / len(shorter)
