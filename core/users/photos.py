"""Photos of users: what is accepted, and what is made of it.

A photo is decoded and drawn anew, so that nothing of the file itself is kept: no place where it
was taken, nothing hidden behind the picture.
"""

from __future__ import annotations

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from core.errors import Invalid
from core.i18n import _

MOST_BYTES = 5 * 1024 * 1024  # USER-1
MOST_PIXELS = 50_000_000
SIDE = 320  # pixels; the largest place shows it at 96, on screens of up to three dots a pixel
MEDIA_TYPE = "image/jpeg"


def redrawn(content: bytes) -> bytes:
    """Return the middle of a picture as a small square JPEG.

    Raises Invalid for what is larger than 5 MB or is no PNG or JPEG picture by its content.
    """
    if len(content) > MOST_BYTES:
        raise Invalid(_("Photo: the file is larger than 5 MB."), "photo")
    wrong = Invalid(_("Photo: a PNG or JPEG picture is needed."), "photo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # counted below
            return _drawn(content)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise wrong from error


def _drawn(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as given:
        if given.width * given.height > MOST_PIXELS:
            raise ValueError
        given.draft("RGB", (2 * SIDE, 2 * SIDE))
        upright = ImageOps.exif_transpose(given).convert("RGBA")
    small = ImageOps.fit(upright, (SIDE, SIDE))
    ground = Image.new("RGB", small.size, "white")
    ground.paste(small, mask=small.getchannel("A"))
    made = BytesIO()
    ground.save(made, "JPEG", quality=88, optimize=True)
    return made.getvalue()
