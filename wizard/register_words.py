from odoo.fields import Domain

from ..core import register
from ..core.pasted_list import fold


class Ambiguous(ValueError):
    """A word that means several records."""


class Words:
    """What the words in a register mean in this database, in every installed language.

    Read once for an import; looking a word up costs no query.
    """

    def __init__(self, env, project, customer):
        self.env = env
        self.langs = [code for code, _name in env["res.lang"].get_installed()]
        self.types = self._named("project.requirement.type", words=True)
        self.classes = self._named("project.requirement.priority", words=True)
        mode = project.sudo().delivery_mode_id
        stages = mode.requirement_stage_ids if mode else env["project.requirement.stage"]
        self.stages = self._named("project.requirement.stage", first=stages.ids)
        self.sections = self._sections(project)
        self.tags = self._named("project.requirement.tag")
        self.choices = {
            name: self._choices(name) for name in ("verification", "importance", "urgency")
        }
        self.users = self._people(
            env["res.users"].search([("share", "=", False)]), ("name", "login", "email")
        )
        self.contacts = self._contacts(customer)

    # === READING === #

    def _named(self, model, words=False, first=()):
        """Return {folded name or word: id}; of two records with one name, those in ``first``."""
        found, places = {}, {res_id: place for place, res_id in enumerate(first)}
        names = ["name", "words"] if words else ["name"]
        for lang in self.langs:
            records = self.env[model].with_context(lang=lang).search([])
            for record in records.sorted(lambda each: places.get(each.id, len(places))):
                texts = [record.name]
                if "words" in names and record.words:
                    texts += record.words.replace("，", ",").split(",")
                for text in texts:
                    if fold(text or ""):
                        found.setdefault(fold(text), record.id)
        return found

    def _sections(self, project):
        found = {}
        for lang in self.langs:
            sections = self.env["project.requirement.section"].with_context(lang=lang)
            for section in sections.search(Domain("project_id", "in", project.ids)):
                for text in (section.name, section.display_name):
                    if fold(text or ""):
                        found.setdefault(fold(text), section.id)
        return found

    def _choices(self, name):
        field = self.env["project.requirement"]._fields[name]
        found = {}
        for lang in self.langs:
            for key, label in field._description_selection(self.env(context={"lang": lang})):
                found.update({fold(key): key, fold(label): key})
        if name == "verification":
            for key, words in register.VERIFICATIONS.items():
                found.update({fold(word): key for word in words})
        return found

    def _people(self, records, names):
        found = {}
        for record in records:
            for name in names:
                text = (record[name] or "").strip().casefold()
                if text:
                    found.setdefault(text, set()).add(record.id)
        return found

    def _contacts(self, customer):
        """Return the contacts of the customer's group, by name and mail."""
        company = customer.commercial_partner_id
        if not company:
            return {}
        contacts = self.env["res.partner"].search(Domain("id", "child_of", company.ids))
        return self._people(contacts, ("name", "email"))

    # === LOOKING UP === #

    def person(self, people, text):
        """Return the id of the one person of that name or mail, None for nobody.

        :raise Ambiguous: several people have the name
        """
        ids = people.get(text.strip().casefold(), ())
        if len(ids) > 1:
            raise Ambiguous(text)
        return next(iter(ids), None)

    def names(self, model):
        """Return the names that people may write, for the explanation of the columns."""
        return self.env[model].search([]).mapped("name")
