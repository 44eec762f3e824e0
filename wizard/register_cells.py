import math

from odoo.fields import Command
from odoo.tools import float_compare

from ..core import register
from ..core.html_plain import plain_text, rich_text
from ..core.pasted_list import fold
from ..core.table_file import cell_text
from .register_words import Ambiguous

# column -> field of the requirement; those without a field have a reader of their own
FIELDS = {
    "title": "name",
    "type": "type_id",
    "class": "priority_id",
    "wish_class": "wish_priority_id",
    "stage": "stage_id",
    "section": "section_id",
    "description": "description",
    "criteria": "criterion_ids",
    "indicators": "indicator_ids",
    "background": "background",
    "constraints": "constraints",
    "out_of_scope": "out_of_scope",
    "rationale": "rationale",
    "verification": "verification",
    "owner": "user_id",
    "requester": "requester_id",
    "requested_on": "requested_on",
    "deadline": "date_deadline",
    "effort": "effort",
    "importance": "importance",
    "urgency": "urgency",
    "customer_ref": "customer_ref",
    "tags": "tag_ids",
}
# an existing requirement keeps these when the cell is empty; all others are emptied
KEPT_WHEN_BLANK = frozenset(("title", "type", "class", "stage"))
READERS = {
    "title": "title",
    "type": "type",
    "class": "priority",
    "wish_class": "priority",
    "criteria": "criteria",
    "indicators": "indicators",
    "owner": "owner",
    "requester": "requester",
    "requested_on": "date",
    "deadline": "date",
    "effort": "effort",
    "verification": "choice",
    "importance": "choice",
    "urgency": "choice",
    "customer_ref": "text",
}
AGREED_KINDS = ("confirmed", "done", "accepted")
SEPARATORS = str.maketrans("，；;、\n", ",,,,,")


class Rejected(ValueError):
    """A row that is not imported; its text is the reason, for the person who reads the list."""


class RowReader:
    """Turns cells into field values, and names every one that it cannot understand."""

    def __init__(self, env, words, project):
        self.env = env
        self.words = words
        self.project = project

    def field(self, key, text, value, requirement):
        """Return {field: value} that a cell changes, {} when it says what is there already.

        :param value: the cell as the file holds it; ``text`` is what people read there
        :param requirement: the requirement that exists, or None
        :raise Rejected: what is wrong with the cell
        """
        name = FIELDS[key]
        reader = READERS.get(key)
        if reader is None:
            return self._rich(name, text, requirement)
        if reader in ("criteria", "indicators"):
            return self._lines(key, name, text, requirement)
        if reader == "requester":
            return self._requester(text, requirement)
        if not text:
            return {name: False}
        if reader == "choice":
            read = self._choice(key, text)
        elif reader == "date":
            read = self.date(value)
        elif reader == "effort":
            read = self._effort(text)
        else:
            read = getattr(self, f"_{reader}")(text)
        return {} if requirement and self._same(requirement[name], read) else {name: read}

    def _same(self, current, read):
        if isinstance(current, float):
            return float_compare(current, read, precision_digits=4) == 0
        return (current.id if hasattr(current, "_name") else current) == read

    # === WORDS === #

    def _title(self, text):
        return " ".join(text.split())

    def _text(self, text):
        return text

    def _type(self, text):
        found = self.words.types.get(fold(text))
        if not found:
            raise Rejected(self.env._("Unknown type: %s", text))
        return found

    def _priority(self, text):
        found = self.words.classes.get(fold(text))
        if not found:
            raise Rejected(self.env._("Unknown class: %s", text))
        return found

    def _choice(self, key, text):
        found = self.words.choices[key].get(fold(text))
        if not found:
            label = self._label(FIELDS[key])
            raise Rejected(self.env._("%(column)s: unknown word %(word)s", column=label, word=text))
        return found

    def stage(self, text):
        """Return the id of the stage of that name."""
        found = self.words.stages.get(fold(text))
        if not found:
            raise Rejected(self.env._("Unknown stage: %s", text))
        return found

    def section(self, text):
        """Return the id of the section of that name, False for none, None for one to be made."""
        if not text:
            return False
        if not self.project:
            raise Rejected(self.env._("Requirements of the pool have no section."))
        return self.words.sections.get(fold(text))

    def tags(self, text, requirement):
        """Return the names of all tags, or None when they are those that are there."""
        names = tuple(
            name.strip() for name in text.translate(SEPARATORS).split(",") if name.strip()
        )
        if requirement:
            ids = {self.words.tags.get(fold(name)) for name in names}
            if ids == set(requirement.tag_ids.ids):
                return None
        return names

    # === PEOPLE === #

    def _owner(self, text):
        found = self._person(self.words.users, text)
        if not found:
            raise Rejected(self.env._("No user of ours has the name or mail %s.", text))
        return found

    def _requester(self, text, requirement):
        if not text:
            return {"requester_id": False}
        found = self._person(self.words.contacts, text)
        if found:
            same = requirement and requirement.requester_id.id == found
            return {} if same else {"requester_id": found}
        if requirement:
            raise Rejected(self.env._("No contact of the customer has the name or mail %s.", text))
        # kept as said: the contact can be made later
        return {"requester_name": text}

    def _person(self, people, text):
        try:
            return self.words.person(people, text)
        except Ambiguous:
            raise Rejected(
                self.env._("Several people have the name %s. Write the mail address.", text)
            ) from None

    # === FIGURES === #

    def date(self, value):
        """Return the date of a cell."""
        try:
            return register.parse_date(value)
        except ValueError:
            raise Rejected(self.env._("Not a date: %s", cell_text(value))) from None

    def _effort(self, text):
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or number < 0:
            raise Rejected(
                self.env._(
                    "%(column)s: not a number: %(word)s", column=self._label("effort"), word=text
                )
            )
        return number

    # === TEXTS AND LINES === #

    def _rich(self, name, text, requirement):
        if not text:
            return {name: False}
        html = rich_text(text)
        # the same words in another arrangement of blanks are the same text
        if requirement and plain_text(html) == plain_text(requirement[name]):
            return {}
        return {name: html}

    def _lines(self, key, name, text, requirement):
        try:
            if key == "criteria":
                lines = register.read_criteria(text)
            else:
                lines = [self._indicator(line) for line in register.read_indicators(text)]
        except register.RegisterError as error:
            raise Rejected(self._line_refusal(name, error)) from None
        for line in lines:
            if not line["name"]:
                raise Rejected(self.env._("%s: a line says nothing.", self._label(name)))
        current = requirement[name] if requirement else ()
        commands = []
        for place, line in enumerate(lines):
            values = {
                field: val if isinstance(val, float) else val or False
                for field, val in line.items()
            }
            if place >= len(current):
                commands.append(Command.create({**values, "sequence": (place + 1) * 10}))
                continue
            changed = {
                field: val
                for field, val in values.items()
                if not self._same_cell(current[place][field], val)
            }
            if changed:
                commands.append(Command.update(current[place].id, changed))
        commands += [Command.delete(line.id) for line in current[len(lines) :]]
        return {name: commands} if commands else {}

    def _indicator(self, line):
        if line["operator"] == "between" and (
            line["target_max"] is None or line["target_max"] <= line["target"]
        ):
            raise register.RegisterError("missing_part", line["metric"])
        return {
            "name": line["metric"],
            "operator": line["operator"],
            "target": line["target"],
            "target_max": line["target_max"] or 0.0,
            "unit": line["unit"],
            "condition": line["condition"],
        }

    def _same_cell(self, current, value):
        if isinstance(value, float):
            return float_compare(current, value, precision_digits=4) == 0
        return (current or False) == value

    def _line_refusal(self, name, error):
        reasons = {
            "unknown_word": self.env._("unknown word %s", error.detail),
            "not_a_number": self.env._("not a number: %s", error.detail),
            "too_many_parts": self.env._("too many parts: %s", error.detail),
            "missing_part": self.env._("a part is missing: %s", error.detail),
        }
        reason = reasons.get(error.code, str(error))
        return self.env._("%(column)s: %(reason)s", column=self._label(name), reason=reason)

    def _label(self, name):
        return self.env["project.requirement"]._fields[name]._description_string(self.env)
