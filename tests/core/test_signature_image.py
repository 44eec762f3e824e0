import base64
import io

import pytest
from customer_delivery.core import signature_image
from customer_delivery.core.signature_image import NoSignature
from PIL import Image, ImageDraw, PngImagePlugin


def drawing(size=(400, 160), lines=(((20, 80), (200, 20), (380, 140)),), **options):
    image = Image.new("RGB", size, "white")
    for line in lines:
        ImageDraw.Draw(image).line(line, fill="#14284b", width=4)
    return saved(image, **options)


def saved(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def test_a_drawn_signature_keeps_its_pixels_and_loses_all_else():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "where and when")
    content = drawing(pnginfo=notes)
    assert b"where and when" in content
    cleaned = signature_image.clean(content)
    assert b"where and when" not in cleaned
    before, after = (Image.open(io.BytesIO(each)).tobytes() for each in (content, cleaned))
    assert before == after


def test_transparent_paper_becomes_white():
    image = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).line((10, 10, 290, 90), fill="black", width=4)
    cleaned = Image.open(io.BytesIO(signature_image.clean(saved(image))))
    assert cleaned.mode == "RGB"
    assert cleaned.getpixel((5, 95)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg/>",
        saved(Image.new("RGB", (400, 160), "white")),
        saved(Image.new("RGBA", (400, 160), (0, 0, 0, 0))),
        drawing(lines=[((50, 50), (55, 52))]),
        drawing(size=(1, 1), lines=[]),
        drawing(size=(1700, 20)),
        drawing()[:200],
        saved(Image.new("RGB", (400, 160), "black"), "JPEG"),
        drawing() + b"0" * signature_image.LARGEST_BYTES,
    ],
)
def test_what_shows_no_signature_is_refused(content):
    with pytest.raises(NoSignature):
        signature_image.clean(content)


def test_data_urls_and_plain_base64_are_read():
    content = drawing()
    text = base64.b64encode(content).decode()
    assert signature_image.from_data_url(text) == content
    assert signature_image.from_data_url(f"data:image/png;base64,{text}") == content


@pytest.mark.parametrize(
    "text",
    [
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:text/html,<script>",
        "not base64!",
        "A" * 200_000,
    ],
)
def test_other_addresses_are_refused(text):
    with pytest.raises(NoSignature):
        signature_image.from_data_url(text)


def test_nothing_is_no_signature():
    with pytest.raises(NoSignature):
        signature_image.clean(signature_image.from_data_url(None))
