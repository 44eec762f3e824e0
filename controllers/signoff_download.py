"""How signed documents leave the house; who may have them was judged before."""

from odoo.http import content_disposition, request

INLINE_TYPES = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp")
# a copy shows what was kept and runs nothing
COPY_POLICY = "default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'; sandbox"


def send_file(row_sudo, file_id):
    """Send one of the files that belong to what a round shows."""
    file_sudo = row_sudo._get_shown_files().filtered(lambda file: file.id == file_id)
    if not file_sudo:
        raise request.not_found()
    stream = request.env["ir.binary"]._get_stream_from(file_sudo, "raw")
    return stream.get_response(as_attachment=file_sudo.mimetype not in INLINE_TYPES)


def send_copy(row_sudo, lang):
    """Send the signed document: as the PDF that was made once, else as a page to print."""
    pdf_sudo = row_sudo._get_signed_pdf()
    if pdf_sudo:
        stream = request.env["ir.binary"]._get_stream_from(pdf_sudo, "raw")
        return stream.get_response(as_attachment=False)
    return request.make_response(
        str(row_sudo._get_signed_html(lang)),
        headers=[
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Disposition", content_disposition(f"{row_sudo.name}.html", "inline")),
            ("Content-Security-Policy", COPY_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ],
    )


def send_bundle(row_sudo, lang):
    """Send the archive with document, decisions and proof."""
    return request.make_response(
        row_sudo._get_evidence_bundle(lang),
        headers=[
            ("Content-Type", "application/zip"),
            ("Content-Disposition", content_disposition(f"{row_sudo.name}.zip")),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ],
    )
