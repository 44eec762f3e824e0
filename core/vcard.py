"""A contact as a QR code says it, so that a phone keeps it by one scan (vCard 3.0, RFC 2426)."""


def vcard(name, company="", post="", phone="", email=""):
    """Return the lines of a card; what is empty is left out.

    :raises ValueError: without a name
    """
    if not (name or "").strip():
        raise ValueError("a card needs a name")
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_escape(name)};;;;",
        f"FN:{_escape(name)}",
        *(
            f"{key}:{_escape(value)}"
            for key, value in (
                ("ORG", company),
                ("TITLE", post),
                ("TEL;TYPE=WORK,VOICE", phone),
                ("EMAIL;TYPE=WORK", email),
            )
            if (value or "").strip()
        ),
        "END:VCARD",
    ]
    return "\r\n".join(lines) + "\r\n"


def _escape(text):
    """Return a text in which no character means anything to the reader of the card."""
    text = text.strip().replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())
