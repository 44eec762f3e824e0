"""bin/i18n: the terms of the addon, and which of them lack a translation.

bin/i18n            write i18n/customer_delivery.pot, zh_CN.po and zh_TW.po; list what is missing
"""

import tempfile
from pathlib import Path

import polib
from databases import Databases
from places import ADDON, REPOSITORY
from postgres import server
from say import note, run, step

LANGUAGES = ("zh_CN", "zh_TW")
FOLDER = REPOSITORY / "i18n"
EXPORT = """
from odoo.tools.translate import trans_export
with open({path!r}, "wb") as target:
    trans_export(False, [{addon!r}], target, "po", env)
"""


def export():
    """Return the terms of the installed addon, without demo data."""
    with server() as postgres, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "terms.po"
        databases = Databases(postgres)
        with databases.run_database(databases.installed()) as database, step("collect terms"):
            databases.odoo.shell(database, EXPORT.format(path=str(path), addon=ADDON))
        return polib.pofile(str(path), wrapwidth=100)


def header(language=None):
    values = {
        "Project-Id-Version": "Odoo Server 19.0",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }
    if language:
        values.update({"Language": language, "Plural-Forms": "nplurals=1; plural=0;"})
    return values


def write(terms, path, language=None):
    """Write ``terms`` with the translations that ``path`` has; return the missing ones."""
    known = {}
    if path.exists():
        known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = header(language)
    catalogue.header = f"Translation of {ADDON}"
    for term in sorted(terms, key=lambda entry: entry.msgid):
        catalogue.append(
            polib.POEntry(
                msgid=term.msgid,
                msgstr=known.get(term.msgid, "") if language else "",
                comment=term.comment,
                occurrences=sorted(
                    (place, "0" if line else "") for place, line in term.occurrences
                ),
            )
        )
    catalogue.save(str(path))
    return [entry.msgid for entry in catalogue if language and not entry.msgstr]


def main():
    terms = export()
    write(terms, FOLDER / f"{ADDON}.pot")
    for language in LANGUAGES:
        missing = write(terms, FOLDER / f"{language}.po", language)
        note(f"{language}: {len(missing)} of {len(terms)} terms lack a translation")
        for msgid in missing:
            print(f"{language}\t{msgid!r}")
    return 0


if __name__ == "__main__":
    run(main)
