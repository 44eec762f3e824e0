"""Photos and scans of a signed paper, put together to one PDF.

In: files as [(name, bytes)], in the order of the pages. Out: the bytes of one PDF and its number
of pages. Photos are turned upright, brought to A4 at no more than `DPI` and written anew, so that
neither the place nor the device stays in them. A single PDF comes back byte for byte, because a
changed one would lose the electronic seals that it may carry; several files become one PDF of
quiet pages: what is drawn stays, what acts is gone.

What is wrong with a file is one of the exceptions below; the caller makes the sentence. Nothing
is believed that a file says of itself before it has been measured.
"""

import io
import re
import zlib
from dataclasses import dataclass

from PIL import Image, ImageOps

try:
    import PyPDF2 as pypdf
except ImportError:
    import pypdf

# In points, as a PDF counts.
A4 = (595, 842)
MARGIN = 20
DPI = 200
PIXELS = tuple(round(side / 72 * DPI) for side in A4)
QUALITY = 82

# First bytes of what is understood, and of the photos of phones that are not.
JPEG, PNG, PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1", b"avif")
# A marker in the data of a JPEG scan: neither a stuffed byte nor a restart.
MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# Streams that a reader unpacks only to find out what is in the file.
PACKED = re.compile(rb"/(?:ObjStm|XRef)\b")
STREAM = re.compile(rb"<<(?:(?!endobj).){0,4000}?>>\s*stream\r?\n", re.DOTALL)
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_OBJECTS = 100_000
ACTIVE_KEYS = {
    "/JS",
    "/JavaScript",
    "/XFA",
    "/EF",
    "/EmbeddedFiles",
    "/RichMediaContent",
    "/RichMediaSettings",
}
ACTIVE_ACTIONS = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/Movie",
    "/Sound",
    "/Rendition",
    "/RichMediaExecute",
}
PAGE_KEYS = {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/UserUnit"}
NOTE_KEYS = {"/Type", "/Rect", "/AP", "/AS", "/F"}


@dataclass(frozen=True)
class Limits:
    """What is accepted. Sizes are in bytes; a camera's largest photos have 50 million pixels."""

    files: int = 30
    file_size: int = 25 * 1024 * 1024
    total_size: int = 100 * 1024 * 1024
    pages: int = 100
    jpeg_pixels: int = 80_000_000
    png_pixels: int = 40_000_000
    result_size: int = 40 * 1024 * 1024


class PhotoPdfError(ValueError):
    """A file cannot be part of the PDF.

    name: the file, as its sender calls it, empty when it is about all of them.
    limit: what would have been accepted, where a number was passed.
    """

    def __init__(self, name="", limit=0):
        super().__init__(name)
        self.name = name
        self.limit = limit


class NoFiles(PhotoPdfError):
    """There is nothing to put together."""


class TooManyFiles(PhotoPdfError):
    """More files than `limit`."""


class UnknownKind(PhotoPdfError):
    """Neither JPEG nor PNG nor PDF, whatever its name says."""


class PhoneFormat(UnknownKind):
    """A HEIC or AVIF photo, which most programs cannot show."""


class TooLarge(PhotoPdfError):
    """More bytes than `limit`."""


class TooManyPixels(PhotoPdfError):
    """More pixels than `limit`."""


class TooManyPages(PhotoPdfError):
    """More pages than `limit`."""


class Damaged(PhotoPdfError):
    """Cut off on the way, or not what its first bytes promise."""


class Encrypted(PhotoPdfError):
    """A PDF under a password: nobody could read it later."""


class ActiveContent(PhotoPdfError):
    """A PDF that carries programs, forms that send, or other files."""


@dataclass(frozen=True)
class Result:
    """The one PDF."""

    content: bytes
    pages: int


def to_pdf(files, limits=Limits()):  # noqa: B008 - frozen
    """Return the `Result` of putting ``files``, [(name, bytes)], together.

    :raise PhotoPdfError: one of its kinds
    """
    files = list(files)
    if not files:
        raise NoFiles()
    if len(files) > limits.files:
        raise TooManyFiles(limit=limits.files)
    if sum(len(content) for _name, content in files) > limits.total_size:
        raise TooLarge(limit=limits.total_size)
    parts = [_part(name, content, limits) for name, content in files]
    if sum(part.pages for part in parts) > limits.pages:
        raise TooManyPages(limit=limits.pages)
    if len(parts) == 1:
        result = parts[0].content
    elif all(part.photo for part in parts):
        result = _print([part.photo for part in parts])
    else:
        result = _merge(parts)
    if len(result) > limits.result_size:
        raise TooLarge(limit=limits.result_size)
    return Result(result, sum(part.pages for part in parts))


@dataclass(frozen=True)
class _Part:
    """One file, understood. photo: the upright picture as JPEG, None for a PDF."""

    name: str
    pages: int
    photo: bytes | None = None
    pdf: bytes | None = None

    @property
    def content(self):
        return self.pdf or _print([self.photo])


def _part(name, content, limits):
    if len(content) > limits.file_size:
        raise TooLarge(name, limits.file_size)
    if content.startswith(JPEG):
        return _Part(name, 1, photo=_photo(name, content, limits.jpeg_pixels))
    if content.startswith(PNG):
        return _Part(name, 1, photo=_photo(name, content, limits.png_pixels))
    if content.startswith(PDF):
        reader = _read(name, content)
        pages = _pages(name, reader)
        if not pages:
            raise Damaged(name)
        if len(pages) > limits.pages:
            raise TooManyPages(name, limits.pages)
        _check_quiet(name, reader)
        return _Part(name, len(pages), pdf=content)
    if content[4:8] == b"ftyp" and content[8:12] in HEIC:
        raise PhoneFormat(name)
    raise UnknownKind(name)


# === PHOTOS === #


def _photo(name, content, pixels):
    """Return a photo upright, on white, at most `PIXELS` large, as JPEG without its notes."""
    # Pillow may have been told by others to show what is cut off as if it were whole
    whole = _is_whole_jpeg if content.startswith(JPEG) else _is_whole_png
    if not whole(content):
        raise Damaged(name)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > pixels:
                raise TooManyPixels(name, pixels)
            # a JPEG is decoded at a fraction of its size, so that memory stays small
            image.draft("RGB", (max(PIXELS), max(PIXELS)))
            image = ImageOps.exif_transpose(image)
            return _encode(_on_white(image))
    except PhotoPdfError:
        raise
    except Image.DecompressionBombError as error:
        raise TooManyPixels(name, pixels) from error
    except Exception as error:
        # decoders raise whatever they like on what was made to break them
        raise Damaged(name) from error


def _on_white(image):
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def _encode(image):
    is_wide = image.width > image.height
    image.thumbnail(tuple(reversed(PIXELS)) if is_wide else PIXELS, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _is_whole_jpeg(content):
    """Tell whether the segments of a JPEG lead to its end mark."""
    place = 2
    while True:
        found = MARKER.search(content, place)
        if not found:
            return False
        place, kind = found.end(), content[found.end() - 1]
        if kind == 0xD9:
            return True
        length = int.from_bytes(content[place : place + 2], "big")
        if length < 2:
            return False
        place += length


def _is_whole_png(content):
    """Tell whether the chunks of a PNG are complete and lead to its last one."""
    place = len(PNG)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        body, end = content[place + 4 : place + 8 + length], place + 8 + length
        if content[end : end + 4] != zlib.crc32(body).to_bytes(4, "big"):
            return False
        if body[:4] == b"IEND":
            return True
        place = end + 4
    return False


def _print(photos):
    """Return a PDF with a photo on each page of A4; the same photos give the same bytes.

    Written by hand: the JPEG goes in as it is, and neither time nor program is noted.
    """
    kids = " ".join(f"{3 + 3 * place} 0 R" for place in range(len(photos)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(photos)}/Kids[{kids}]>>".encode(),
    ]
    for place, photo in enumerate(photos):
        objects += _print_page(photo, 3 + 3 * place)
    out = io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def _print_page(photo, number):
    """Return the three objects, from ``number`` on, of a page that shows a photo."""
    with Image.open(io.BytesIO(photo)) as image:
        width, height = image.size
    page = tuple(reversed(A4)) if width > height else A4
    scale = min((page[0] - 2 * MARGIN) / width, (page[1] - 2 * MARGIN) / height)
    size = (width * scale, height * scale)
    left, bottom = ((side - drawn) / 2 for side, drawn in zip(page, size, strict=True))
    drawing = f"{size[0]:.2f} 0 0 {size[1]:.2f} {left:.2f} {bottom:.2f} cm /P Do".encode()
    return [
        (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {page[0]} {page[1]}]"
            f"/Resources<</XObject<</P {number + 2} 0 R>>>>/Contents {number + 1} 0 R>>"
        ).encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
        b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream"
        % (width, height, len(photo), photo),
    ]


# === PDF === #


class _Metered(io.BytesIO):
    """A file that ends the patience with a reader that goes round in circles."""

    def __init__(self, content):
        super().__init__(content)
        self.patience = 2_000_000 + 8 * len(content)

    def read(self, *args):
        self.patience -= 1
        if self.patience < 0:
            raise EOFError("read too often")
        return super().read(*args)


def _read(name, content):
    _check_packed(name, content)
    reader_class = getattr(pypdf, "PdfReader", None) or pypdf.PdfFileReader
    try:
        reader = reader_class(_Metered(content), strict=False)
        encrypted = _get(reader, "is_encrypted", "isEncrypted")
    except Exception as error:
        raise Damaged(name) from error
    if encrypted:
        raise Encrypted(name)
    return reader


def _pages(name, reader):
    try:
        if hasattr(type(reader), "is_encrypted"):
            return list(reader.pages)
        return [reader.getPage(place) for place in range(reader.getNumPages())]
    except (Exception, RecursionError) as error:
        raise Damaged(name) from error


def _get(reader, name, old_name):
    return getattr(reader, name if hasattr(type(reader), name) else old_name)


def _check_packed(name, content):
    """Refuse streams that a reader would have to unpack to more than memory holds."""
    left = LARGEST_UNPACKED
    for found in STREAM.finditer(content):
        head = found.group()
        if not PACKED.search(head) or b"Filter" not in head:
            continue
        if head.count(b"Decode") - head.count(b"DecodeParms") > 1 or b"/FlateDecode" not in head:
            raise Damaged(name)
        unpacker = zlib.decompressobj()
        try:
            left -= len(unpacker.decompress(content[found.end() :], left + 1))
        except zlib.error as error:
            raise Damaged(name) from error
        if left < 0:
            raise TooLarge(name, LARGEST_UNPACKED)


def _check_quiet(name, reader):
    """Refuse a PDF in which anything acts, sends or carries files; links may stay."""
    try:
        for values in _dictionaries(name, reader):
            keys = {_plain_name(key) for key in values}
            if keys & ACTIVE_KEYS or _plain_name(values.get("/S")) in ACTIVE_ACTIONS:
                raise ActiveContent(name)
    except PhotoPdfError:
        raise
    except (Exception, RecursionError) as error:
        raise Damaged(name) from error


def _dictionaries(name, reader):
    """Yield every dictionary that the document can reach, each once."""
    waiting, seen = [reader.trailer], set()
    for _count in range(MOST_OBJECTS * 20):
        if not waiting:
            return
        value = waiting.pop()
        if hasattr(value, "idnum"):
            if value.idnum in seen:
                continue
            seen.add(value.idnum)
            if len(seen) > MOST_OBJECTS:
                break
            value = _resolve(value)
        if isinstance(value, dict):
            yield value
            # not .items(): it would resolve what was seen already
            waiting.extend(dict.values(value))
        elif isinstance(value, list):
            waiting.extend(list.__iter__(value))
    raise TooLarge(name, MOST_OBJECTS)


def _resolve(value):
    return value.get_object() if hasattr(value, "get_object") else value.getObject()


def _plain_name(name):
    """Return a name of a PDF without the escapes under which it can hide."""
    return re.sub(r"#([0-9A-Fa-f]{2})", lambda found: chr(int(found.group(1), 16)), str(name or ""))


def _merge(parts):
    """Return one PDF of all pages; of each page stays what is drawn."""
    writer = getattr(pypdf, "PdfWriter", None) or pypdf.PdfFileWriter
    writer = writer()
    add = getattr(writer, "add_page" if hasattr(writer, "add_page") else "addPage")
    for part in parts:
        for page in _pages(part.name, _read(part.name, part.content)):
            _quiet(page)
            add(page)
    out = io.BytesIO()
    try:
        writer.write(out)
    except (Exception, RecursionError) as error:
        raise Damaged(parts[0].name) from error
    return out.getvalue()


def _quiet(page):
    """Take from a page all but its drawing; notes and stamps on it become drawings."""
    generic = pypdf.generic
    notes = [_resolve(note) for note in _resolve(page.get("/Annots") or generic.ArrayObject())]
    for key in [key for key in page if key not in PAGE_KEYS and key != "/Parent"]:
        del page[key]
    drawn = [note for note in notes if isinstance(note, dict) and "/AP" in note]
    for note in drawn:
        for key in [key for key in note if key not in NOTE_KEYS]:
            del note[key]
        note[generic.NameObject("/Subtype")] = generic.NameObject("/Stamp")
    if drawn:
        page[generic.NameObject("/Annots")] = generic.ArrayObject(drawn)
