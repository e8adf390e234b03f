"""Make the chime and the Indonesian voice of the waiting-room display: `python scripts/make_sounds.py`.

Needs two Debian packages, `espeak-ng` (the voice) and `lame` (MP3, which every television browser plays). The chime is
computed here. The results are committed, so nobody needs this to run the clinic; run it again to change a word. The
names of the clips are those that `tht_app/domain/queue_display.py` speaks; a test compares both lists.
"""

import array
import math
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "sounds"
RATE = 22_050
"""Samples a second, as espeak-ng writes them."""
QUIET = 250
"""Below this a sample counts as silence (16 bits)."""
PAUSE = int(RATE * 0.03)
WORDS_A_MINUTE = 135

SAID = {
    "nomor-antrean": "nomor antréan",
    "silakan-ke": "silakan ke",
    "ruang": "ruang",
    "loket": "lokét",
    "kasir": "kasir",
    "farmasi": "farmasi",
    "pendaftaran": "pendaftaran",
    "0": "kosong",
    "1": "satu",
    "2": "dua",
    "3": "tiga",
    "4": "empat",
    "5": "lima",
    "6": "enam",
    "7": "tujuh",
    "8": "delapan",
    "9": "sembilan",
    "10": "sepuluh",
    "11": "sebelas",
    "belas": "belas",
    "puluh": "puluh",
    **dict(
        zip(
            "abcdefghijklmnopqrstuvwxyz",
            (
                *("a", "bé", "cé", "dé", "é", "éf", "gé", "ha", "i", "jé", "ka", "él", "ém"),
                *("én", "o", "pé", "ki", "ér", "és", "té", "u", "vé", "wé", "éks", "yé", "zét"),
            ),
            strict=True,
        )
    ),
}
"""Clip -> what the voice is given to read; `é` keeps it from swallowing the vowel."""


def spoken(text: str, folder: Path) -> "array.array[int]":
    """The samples of a text, without silence around it."""
    path = folder / "said.wav"
    command = ["espeak-ng", "-v", "id", "-s", str(WORDS_A_MINUTE), "-p", "45", "-a", "160", "-w", str(path), text]
    subprocess.run(command, check=True)
    with wave.open(str(path)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
    loud = [place for place, sample in enumerate(samples) if abs(sample) > QUIET]
    return samples[max(0, loud[0] - PAUSE) : loud[-1] + PAUSE]


def chime() -> "array.array[int]":
    """Two falling tones, a major third apart, that fade away: heard by many who no longer hear high notes."""
    samples = array.array("h", bytes(2 * int(RATE * 1.5)))
    for start, pitch in ((0.0, 659.26), (0.38, 523.25)):
        for place in range(int(start * RATE), len(samples)):
            at = place / RATE - start
            tone = math.sin(2 * math.pi * pitch * at) + 0.3 * math.sin(4 * math.pi * pitch * at)
            loudness = min(1.0, at / 0.008) * math.exp(-3.2 * at)
            samples[place] = max(-32_000, min(32_000, samples[place] + int(11_500 * tone * loudness)))
    return samples


def encode(samples: "array.array[int]", name: str, folder: Path) -> None:
    """Write one clip as MP3, mono."""
    path = folder / "clip.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, len(samples), "NONE", ""))
        file.writeframes(samples.tobytes())
    command = ["lame", "--quiet", "-m", "m", "--cbr", "-b", "32", str(path), str(FOLDER / f"{name}.mp3")]
    subprocess.run(command, check=True)


def main() -> int:
    """Write every clip and say how large they are together."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        encode(chime(), "chime", folder)
        for name, text in SAID.items():
            encode(spoken(text, folder), name, folder)
    clips = list(FOLDER.glob("*.mp3"))
    print(f"{len(clips)} clips, {sum(clip.stat().st_size for clip in clips) // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
