"""Pictures that the simulated network draws itself: faces, headers and a few customers' photos.

A small canvas of coloured shapes, written as PNG (W3C "Portable Network Graphics (PNG) Specification").
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Colour = tuple[int, int, int]

# Letters and the digits of an error code as strokes on a field 4 wide and 6 high: "xy xy|xy xy".
_STROKES = {
    "A": "06 20 46|14 34",
    "B": "00 06 36 45 44 33 03|33 42 41 30 00",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00",
    "E": "40 00 06 46|03 33",
    "F": "40 00 06|03 33",
    "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06|40 46|03 43",
    "I": "20 26",
    "J": "40 45 36 16 05",
    "K": "00 06|40 03 46",
    "L": "00 06 46",
    "M": "06 00 24 40 46",
    "N": "06 00 46 40",
    "O": "10 30 41 45 36 16 05 01 10",
    "P": "06 00 30 41 42 33 03",
    "Q": "10 30 41 45 36 16 05 01 10|24 46",
    "R": "06 00 30 41 42 33 03|23 46",
    "S": "41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40|20 26",
    "U": "00 05 16 36 45 40",
    "V": "00 26 40",
    "W": "00 16 22 36 40",
    "X": "00 46|40 06",
    "Y": "00 23 40|23 26",
    "Z": "00 40 06 46",
    "1": "11 20 26",
    "8": "13 02 01 10 30 41 42 33 13 04 05 16 36 45 44 33",
}
FINER = 2  # shapes are drawn this much larger and then averaged, for smooth edges
_PLAIN = str.maketrans("ÄÖÜÉÈÇŞĞİÁÓ", "AOUEECSGIAO")


class Canvas:
    """A field of pixels to draw shapes on; coordinates in pixels from the upper left corner."""

    def __init__(self, width: int, height: int, ground: Colour) -> None:
        self.width = width
        self.height = height
        self._rows = [bytearray(bytes(ground) * width * FINER) for _ in range(height * FINER)]

    def _fill(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        left, right = max(left, 0), min(right, self.width * FINER)
        for row in self._rows[max(top, 0) : max(bottom, 0)]:
            row[left * 3 : right * 3] = bytes(colour) * max(right - left, 0)

    def box(self, left: int, top: int, right: int, bottom: int, *, colour: Colour) -> None:
        """Fill a rectangle; what lies outside of the canvas is cut off."""
        self._fill(left * FINER, top * FINER, right * FINER, bottom * FINER, colour)

    def disc(self, x: float, y: float, radius: float, *, colour: Colour) -> None:
        """Fill a circle around (x, y)."""
        middle_x, middle_y, wide = round(x * FINER), round(y * FINER), round(radius * FINER)
        for dy in range(-wide, wide + 1):
            half = round((wide * wide - dy * dy) ** 0.5)
            self._fill(middle_x - half, middle_y + dy, middle_x + half, middle_y + dy + 1, colour)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], *, width: float, colour: Colour
    ) -> None:
        """Draw a straight stroke with round ends."""
        steps = max(round(max(abs(end[0] - start[0]), abs(end[1] - start[1]))), 1)
        for step in range(steps + 1):
            x = start[0] + (end[0] - start[0]) * step / steps
            y = start[1] + (end[1] - start[1]) * step / steps
            self.disc(x, y, width / 2, colour=colour)

    def letters(self, text: str, left: float, top: float, *, size: float, colour: Colour) -> None:
        """Write capitals; a letter is 4 × `size` wide, 6 × `size` high, with 2.5 × `size` between two."""
        for position, letter in enumerate(text):
            at = left + position * 6.5 * size
            for stroke in _STROKES[letter].split("|"):
                points = [(at + int(p[0]) * size, top + int(p[1]) * size) for p in stroke.split()]
                for start, end in pairwise(points):
                    self.line(start, end, width=size, colour=colour)

    def png(self) -> bytes:
        """Write the canvas as a PNG file, 8 bits a colour, without transparency."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        lines = (
            b"\0" + _averaged(upper, lower)
            for upper, lower in zip(self._rows[::2], self._rows[1::2], strict=True)
        )
        body = zlib.compress(b"".join(lines), 6)
        parts = (b"IHDR", header), (b"IDAT", body), (b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _averaged(upper: bytearray, lower: bytearray) -> bytes:
    """Make one row out of two, one pixel out of four."""
    row = bytearray(len(upper) // 2)
    for channel in range(3):
        four = (upper[channel::6], upper[channel + 3 :: 6], lower[channel::6], lower[channel + 3 :: 6])
        row[channel::3] = bytes((a + b + c + d) // 4 for a, b, c, d in zip(*four, strict=True))
    return bytes(row)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


_GROUNDS: tuple[Colour, ...] = (
    (38, 94, 122),
    (122, 74, 46),
    (70, 105, 58),
    (108, 66, 116),
    (148, 62, 70),
    (52, 84, 148),
    (124, 100, 30),
    (36, 108, 100),
    (96, 88, 84),
)


def initials(name: str) -> str:
    """Return one or two capitals for a name, `X` for one without letters."""
    words = [
        "".join(c for c in word.upper().translate(_PLAIN) if c in _STROKES and c.isalpha())
        for word in name.split()
    ]
    firsts = [word[0] for word in words if word]
    return "".join((firsts[:1] + firsts[-1:]) if len(firsts) > 1 else firsts) or "X"


@lru_cache(maxsize=256)
def avatar(name: str, seed: str, *, company: bool = False) -> bytes:
    """Draw a face: initials on a colour that stays with the account; companies share a dark one."""
    digest = hashlib.sha256(seed.encode()).digest()
    ground = (16, 66, 74) if company else _GROUNDS[digest[0] % len(_GROUNDS)]
    canvas = Canvas(160, 160, ground)
    lighter = (min(ground[0] + 22, 255), min(ground[1] + 22, 255), min(ground[2] + 22, 255))
    canvas.disc(30 + digest[1] % 100, 170 - digest[2] % 30, 70, colour=lighter)
    text, size = initials(name), 8
    width = (len(text) * 6.5 - 2.5) * size
    canvas.letters(text, (160 - width) / 2, 80 - 3 * size, size=size, colour=(250, 248, 242))
    return canvas.png()


@lru_cache(maxsize=64)
def header(seed: str) -> bytes:
    """Draw the wide strip above a profile: three quiet bands."""
    digest = hashlib.sha256(seed.encode()).digest()
    red, green, blue = _GROUNDS[digest[0] % len(_GROUNDS)]
    canvas = Canvas(600, 200, (red, green, blue))
    canvas.box(0, 110, 600, 200, colour=(red * 4 // 5, green * 4 // 5, blue * 4 // 5))
    canvas.disc(90 + digest[1] * 420 // 255, 96, 34, colour=(240, 226, 190))
    canvas.box(0, 150, 600, 200, colour=(red * 3 // 5, green * 3 // 5, blue * 3 // 5))
    return canvas.png()


_TABLE = (206, 190, 168)
_WALL = (232, 228, 220)
_CARTON = (186, 140, 90)
_DARK = (60, 54, 50)
_STEEL = (214, 218, 222)


def _crushed_parcel(canvas: Canvas) -> None:
    canvas.box(0, 300, 640, 420, colour=_TABLE)
    canvas.box(150, 130, 490, 350, colour=_CARTON)
    canvas.box(305, 130, 340, 350, colour=(214, 184, 138))
    for start, end in (((150, 150), (260, 230)), ((260, 230), (200, 350)), ((490, 180), (400, 250))):
        canvas.line(start, end, width=7, colour=(120, 84, 50))
    canvas.disc(470, 150, 46, colour=_WALL)
    canvas.box(180, 280, 280, 330, colour=(246, 244, 238))
    canvas.letters("NORD", 196, 296, size=3, colour=_DARK)


def _error_panel(canvas: Canvas) -> None:
    canvas.box(90, 60, 550, 420, colour=_STEEL)
    canvas.box(90, 60, 550, 150, colour=(190, 196, 202))
    canvas.box(360, 80, 520, 132, colour=(20, 26, 30))
    canvas.letters("E18", 388, 89, size=5.5, colour=(236, 70, 50))
    canvas.disc(320, 290, 104, colour=(150, 158, 166))
    canvas.disc(320, 290, 84, colour=(70, 98, 120))
    canvas.disc(140, 106, 20, colour=(240, 240, 240))


def _water_on_floor(canvas: Canvas) -> None:
    canvas.box(0, 240, 640, 420, colour=(176, 150, 120))
    for y in range(240, 420, 45):
        canvas.line((0, y), (640, y), width=2, colour=(150, 126, 98))
    canvas.box(120, 40, 400, 300, colour=_STEEL)
    canvas.disc(260, 170, 80, colour=(120, 140, 156))
    for x, y, radius in ((300, 340, 60), (380, 350, 44), (220, 350, 48), (450, 335, 26)):
        canvas.disc(x, y, radius, colour=(120, 170, 206))
    canvas.disc(310, 332, 34, colour=(160, 202, 228))


def _happy_coffee(canvas: Canvas) -> None:
    canvas.box(0, 320, 640, 420, colour=(150, 106, 70))
    canvas.box(220, 150, 400, 320, colour=(250, 248, 244))
    canvas.disc(420, 230, 52, colour=(250, 248, 244))
    canvas.disc(420, 230, 30, colour=_WALL)
    canvas.box(232, 150, 388, 176, colour=(96, 58, 34))
    for x in (260, 310, 360):
        canvas.line((x, 130), (x + 14, 96), width=8, colour=(206, 200, 192))
        canvas.line((x + 14, 96), (x, 60), width=8, colour=(206, 200, 192))


@dataclass(frozen=True, slots=True)
class Picture:
    """A customer's photo: its words for people who do not see it, and how it is drawn. Sizes in pixels."""

    alt: str
    draw: Callable[[Canvas], None]
    width: int = 640
    height: int = 420


PICTURES = {
    "parcel": Picture("Ein eingedrückter Karton mit aufgerissener Ecke auf einem Tisch", _crushed_parcel),
    "error": Picture("Bedienfeld einer Waschmaschine mit rot leuchtendem Fehlercode", _error_panel),
    "water": Picture("Eine Waschmaschine, davor eine Wasserlache auf dem Holzboden", _water_on_floor),
    "coffee": Picture("Eine dampfende Tasse Kaffee auf einem Holztisch", _happy_coffee),
}


@lru_cache(maxsize=8)
def picture(name: str) -> bytes:
    """Draw one of `PICTURES` as PNG."""
    chosen = PICTURES[name]
    canvas = Canvas(chosen.width, chosen.height, _WALL)
    chosen.draw(canvas)
    return canvas.png()
