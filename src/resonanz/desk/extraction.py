"""Finds the texts of our templates for translation, for Babel's command line and the test of the catalogs.

Django turns a template into something like Python, with its texts as calls; Babel's reader of Python
takes it from there. Named in `locale/babel.cfg`; the running desk never imports this.
"""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Found = tuple[int, Any, Any, Any]


def templates(
    file: IO[bytes], keywords: dict[str, Any], comment_tags: Collection[str], options: Any
) -> Iterator[Found]:
    """Yield line, function, texts and comments of every text in a template."""
    source = templatize(file.read().decode())
    lines = "\n".join(line.strip() for line in source.splitlines())
    yield from extract_python(io.BytesIO(lines.encode()), keywords, comment_tags, options)
