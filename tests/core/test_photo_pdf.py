import io
import random
import struct
import zlib

import PyPDF2
import pytest
from customer_delivery.core import photo_pdf
from PIL import Image, ImageFile
from PyPDF2 import generic
from reportlab.pdfgen.canvas import Canvas


def picture(width=60, height=80, kind="JPEG", mode="RGB", colour="white", **options):
    out = io.BytesIO()
    image = Image.new(mode, (width, height), colour)
    image.paste("black" if mode == "RGB" else 0, (0, 0, width // 2, height // 4))
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width, height):
    out = io.BytesIO()
    data = random.Random(1).randbytes(width * height)
    Image.frombytes("L", (width, height), data).save(out, "JPEG", quality=95)
    return out.getvalue()


def document(pages=1, size=(595, 842), spoil=None, encrypt=False, form=False):
    """A PDF; ``spoil(writer)`` may add to it what it likes."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for page in range(pages):
        canvas.drawString(100, 700, f"page {page + 1}")
        if form:
            canvas.acroForm.textfield(name="name", x=100, y=500, value="filled in")
        canvas.showPage()
    canvas.save()
    if not (spoil or encrypt):
        return out.getvalue()
    writer = PyPDF2.PdfWriter()
    writer.append_pages_from_reader(PyPDF2.PdfReader(io.BytesIO(out.getvalue())))
    if spoil:
        spoil(writer)
    if encrypt:
        writer.encrypt("secret")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pages_of(result):
    return PyPDF2.PdfReader(io.BytesIO(result.content)).pages


def image_of(page):
    return next(iter(page["/Resources"]["/XObject"].values())).get_object()


def shown(page):
    return Image.open(io.BytesIO(image_of(page)._data)).convert("L")


def test_photos_become_the_pages_of_one_pdf_in_their_order():
    files = [("1.jpg", picture(60, 80)), ("2.png", picture(80, 60, "PNG"))]
    result = photo_pdf.to_pdf(files)
    assert result.pages == 2
    first, second = pages_of(result)
    assert [round(float(side)) for side in first["/MediaBox"][2:]] == [595, 842]
    assert [round(float(side)) for side in second["/MediaBox"][2:]] == [842, 595]


def test_the_same_photos_give_the_same_bytes():
    files = [("1.jpg", picture(60, 80)), ("2.png", picture(80, 60, "PNG"))]
    assert photo_pdf.to_pdf(files) == photo_pdf.to_pdf(files)


def test_a_turned_phone_gives_an_upright_page():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to the right
    lying = picture(80, 60, exif=exif)
    page = pages_of(photo_pdf.to_pdf([("1.jpg", lying)]))[0]
    image = shown(page)
    assert image.size == (60, 80)
    # the black corner was at the top left and is at the top right now
    assert image.getpixel((55, 5)) < 50 < image.getpixel((5, 5))


def test_place_and_device_do_not_stay_in_the_photo():
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(60, 80, exif=exif)
    assert b"SecretPhone" in content
    assert b"SecretPhone" not in photo_pdf.to_pdf([("1.jpg", content)]).content


def test_a_large_photo_is_brought_to_two_hundred_dots_per_inch():
    result = photo_pdf.to_pdf([("1.jpg", noise(3000, 4000))])
    image = image_of(pages_of(result)[0])
    assert image["/Width"] <= 1654 and image["/Height"] <= 2339
    assert max(image["/Width"] / 1654, image["/Height"] / 2339) > 0.98
    assert len(result.content) < 3_000_000


@pytest.mark.parametrize(
    "content",
    [
        picture(60, 80, "PNG", "RGBA", (0, 0, 0, 0)),
        picture(60, 80, "PNG", "L", 255),
        picture(60, 80, "PNG", "P"),
        picture(60, 80, "PNG", "1", 1),
        picture(60, 80, "PNG", "I;16", 65535),
        picture(60, 80, "JPEG", "CMYK", (0, 0, 0, 0)),
    ],
)
def test_every_kind_of_colour_ends_on_white_paper(content):
    image = shown(pages_of(photo_pdf.to_pdf([("1", content)]))[0])
    assert image.getpixel((50, 70)) > 200


def test_a_single_pdf_stays_as_it_is_for_the_sake_of_its_seals():
    content = document(pages=3)
    assert photo_pdf.to_pdf([("signed.pdf", content)]) == photo_pdf.Result(content, 3)


def test_photos_and_pdfs_are_put_together_in_their_order():
    files = [("a.pdf", document(2)), ("b.jpg", picture()), ("c.pdf", document(1, size=(200, 300)))]
    result = photo_pdf.to_pdf(files)
    pages = pages_of(result)
    assert result.pages == len(pages) == 4
    assert "page 2" in pages[1].extract_text()
    assert "/XObject" in pages[2]["/Resources"]
    assert float(pages[3]["/MediaBox"][2]) == 200


def test_a_stamp_on_a_page_stays_when_pages_are_put_together_but_acts_no_more():
    files = [("a.pdf", document(form=True)), ("b.jpg", picture())]
    page = pages_of(photo_pdf.to_pdf(files))[0]
    (note,) = page["/Annots"]
    assert note.get_object()["/Subtype"] == "/Stamp"
    assert "/AP" in note.get_object() and "/FT" not in note.get_object()


# === what is refused === #


def refused(kind, *files, limits=None):
    arguments = [limits] if limits else []
    with pytest.raises(kind) as caught:
        photo_pdf.to_pdf(files, *arguments)
    assert type(caught.value) is kind
    return caught.value


def test_nothing_is_no_pdf():
    refused(photo_pdf.NoFiles)


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_photos_that_only_phones_read_are_refused_by_name(brand):
    error = refused(photo_pdf.PhoneFormat, ("IMG_1.HEIC", b"\0\0\0\x18ftyp" + brand + b"\0" * 99))
    assert error.name == "IMG_1.HEIC"


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"GIF89a" + b"0" * 99, b"PK\x03\x04", b"\0\0\0\x18ftypisom" + b"\0" * 99],
)
def test_the_name_proves_nothing(content):
    refused(photo_pdf.UnknownKind, ("scan.jpg", content))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("lenient", [False, True])
def test_a_photo_that_was_cut_off_is_refused(monkeypatch, kind, share, lenient):
    # Odoo tells Pillow to show what is there
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    content = noise(300, 400)
    if kind == "PNG":
        out = io.BytesIO()
        Image.open(io.BytesIO(content)).save(out, "PNG")
        content = out.getvalue()
    refused(photo_pdf.Damaged, ("1", content[: int(len(content) * share)]))


def test_what_follows_the_end_of_a_photo_does_not_matter():
    assert photo_pdf.to_pdf([("1.jpg", picture() + b"moving picture")]).pages == 1


@pytest.mark.parametrize("seed", range(40))
def test_bytes_that_were_altered_break_nothing(seed):
    chance = random.Random(seed)
    content = chance.choice([noise(60, 80), picture(kind="PNG"), document(2), document(form=True)])
    content = bytearray(content)
    for _change in range(chance.randint(1, 60)):
        content[chance.randrange(8, len(content))] = chance.randrange(256)
    try:
        assert photo_pdf.to_pdf([("1", bytes(content)), ("2", picture())]).pages >= 2
    except photo_pdf.PhotoPdfError:
        pass


def huge_png(width, height):
    def chunk(kind, body):
        crc = zlib.crc32(kind + body).to_bytes(4, "big")
        return len(body).to_bytes(4, "big") + kind + body + crc

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return photo_pdf.PNG + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7000, 60000, 2**31 - 1])
def test_a_small_file_with_a_huge_picture_is_refused_unopened(side):
    content = huge_png(side, side)
    assert len(content) < 200
    error = refused(photo_pdf.TooManyPixels, ("bomb.png", content))
    assert error.limit == photo_pdf.Limits().png_pixels


@pytest.mark.parametrize(
    "limits, kind",
    [
        (photo_pdf.Limits(files=1), photo_pdf.TooManyFiles),
        (photo_pdf.Limits(file_size=100), photo_pdf.TooLarge),
        (photo_pdf.Limits(total_size=1000), photo_pdf.TooLarge),
        (photo_pdf.Limits(result_size=1000), photo_pdf.TooLarge),
        (photo_pdf.Limits(pages=2), photo_pdf.TooManyPages),
        (photo_pdf.Limits(jpeg_pixels=100), photo_pdf.TooManyPixels),
    ],
)
def test_each_limit_is_kept_and_named(limits, kind):
    error = refused(kind, ("1.jpg", picture()), ("2.pdf", document(2)), limits=limits)
    assert error.limit in vars(limits).values()


def test_a_pdf_under_a_password_is_refused():
    refused(photo_pdf.Encrypted, ("1.pdf", document(encrypt=True)))


def name(text):
    return generic.NameObject(text)


def act(writer, action):
    writer._root_object[name("/OpenAction")] = generic.DictionaryObject(
        {name("/S"): name(action), name("/URI"): generic.TextStringObject("https://a.example")}
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda writer: writer.add_js("app.alert(1)"),
        lambda writer: writer.add_attachment("run.exe", b"MZ"),
        lambda writer: act(writer, "/Launch"),
        lambda writer: act(writer, "/J#61vaScript"),
        lambda writer: act(writer, "/SubmitForm"),
        lambda writer: writer._root_object.update(
            {name("/AcroForm"): generic.DictionaryObject({name("/XFA"): generic.ArrayObject()})}
        ),
        lambda writer: writer.pages[0].update(
            {name("/AA"): generic.DictionaryObject({name("/O"): generic.DictionaryObject(
                {name("/S"): name("/JavaScript")})})}
        ),
    ],
)  # fmt: skip
def test_a_pdf_that_acts_is_refused(spoil):
    refused(photo_pdf.ActiveContent, ("1.pdf", document(spoil=spoil)))


def test_a_link_in_a_pdf_is_no_reason_to_refuse_it():
    content = document(spoil=lambda writer: act(writer, "/URI"))
    assert photo_pdf.to_pdf([("1.pdf", content)]).content == content


def packed(body, kind=b"/ObjStm", filters=b"/FlateDecode"):
    head = b"<</Type %s /N 1 /First 4 /Filter %s /Length %d>>" % (kind, filters, len(body))
    return b"%%PDF-1.5\n5 0 obj\n%s\nstream\n%s\nendstream\nendobj\n%%%%EOF" % (head, body)


def test_packed_objects_that_would_fill_the_memory_are_refused():
    bomb = zlib.compress(b"\0" * (photo_pdf.LARGEST_UNPACKED + 2), 9)
    assert len(bomb) < 100_000
    refused(photo_pdf.TooLarge, ("bomb.pdf", packed(bomb)))
    refused(photo_pdf.TooLarge, ("bomb.pdf", packed(bomb, b"/XRef")))
    refused(
        photo_pdf.Damaged,
        ("bomb.pdf", packed(zlib.compress(bomb), filters=b"[/FlateDecode /FlateDecode]")),
    )


def test_a_table_that_names_itself_as_its_forerunner_ends():
    content = document()
    start = content.rindex(b"startxref")
    place = content[start:].split()[1]
    content = content.replace(b"trailer\n<<", b"trailer\n<</Prev %s " % place)
    refused(photo_pdf.Damaged, ("circle.pdf", content))


def test_a_page_tree_that_contains_itself_ends():
    def circle(writer):
        pages = writer._pages.get_object()
        pages["/Kids"].append(writer._pages)

    refused(photo_pdf.Damaged, ("circle.pdf", document(spoil=circle)))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_a_pdf_that_was_cut_off_is_refused(share):
    content = document(3)
    refused(photo_pdf.Damaged, ("1.pdf", content[: int(len(content) * share)]))
