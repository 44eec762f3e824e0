"""Whether a picture that somebody sends can be a drawn signature.

The page refuses dots and ticks, but whoever sends needs no page. In: the bytes that arrived. Out:
the same picture written anew, so that it holds pixels and nothing else.
"""

import base64
import binascii
import io

from PIL import Image

LARGEST_BYTES = 100 * 1024
LARGEST_SIDE = 1600
# in pixels of the picture, which shows the ink cut to its edges
SMALLEST_SIDE = 24
LEAST_INK = 60
DARK = 160
PNG = b"\x89PNG\r\n\x1a\n"


class NoSignature(ValueError):
    """The picture is missing, no PNG, too large, or shows too little ink."""


def from_data_url(text):
    """Return the bytes of a data URL, or of plain base64.

    :raise NoSignature: anything else
    """
    head, comma, data = (text or "").partition(",")
    if not comma:
        data = head
    elif head != "data:image/png;base64":
        raise NoSignature("not a PNG")
    if len(data) > LARGEST_BYTES * 4 / 3 + 4:
        raise NoSignature("too large")
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoSignature("not base64") from error


def clean(content):
    """Return a drawn signature as a PNG of its pixels alone, dark on white.

    :raise NoSignature: when it cannot be one
    """
    if len(content) > LARGEST_BYTES or not content.startswith(PNG):
        raise NoSignature("too large or not a PNG")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            if max(image.size) > LARGEST_SIDE:
                raise NoSignature("too many pixels")
            picture = _on_white(image)
    except NoSignature:
        raise
    except Exception as error:
        # decoders raise whatever they like on what was made to break them
        raise NoSignature("damaged") from error
    ink = picture.convert("L").point(lambda value: 255 if value < DARK else 0)
    box = ink.getbbox()
    if not box or ink.histogram()[255] < LEAST_INK:
        raise NoSignature("no ink")
    if max(box[2] - box[0], box[3] - box[1]) < SMALLEST_SIDE:
        raise NoSignature("a dot")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _on_white(image):
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper
