from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..core.canonical import digest, dumps
from ..core.grant import Granted

SCHEMA = "cd.seal/1"
BATCH = 200
CLASHES = (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
TRIES = 5


class SignoffSeal(models.Model):
    """A link of the chain that ties all decisions of a company together.

    Written after the commit of the decisions by a single writer, so that signers do not wait for
    each other. A row that was changed, removed or slipped in later breaks the chain at its place.
    """

    _name = "signoff.seal"
    _description = "Seal"
    _inherit = ["signoff.evidence.mixin"]
    _order = "company_id, number"

    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    company_ref = fields.Integer(required=True, readonly=True, aggregator=None)
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    decision_id = fields.Many2one(
        "signoff.decision", readonly=True, index=True, ondelete="restrict"
    )
    decision_ref = fields.Integer(required=True, readonly=True, aggregator=None)
    decision_sha256 = fields.Char(required=True, readonly=True)
    signature_sha256 = fields.Char(readonly=True)
    previous_sha256 = fields.Char(readonly=True)
    sealed_at = fields.Datetime(required=True, readonly=True)
    sha256 = fields.Char(string="Seal", required=True, readonly=True)
    # shown to whoever reads the chain
    document_name = fields.Char(related="decision_id.document_name", string="Document Title")
    person_name = fields.Char(related="decision_id.person_name")
    verdict = fields.Selection(related="decision_id.verdict")
    method = fields.Selection(related="decision_id.method")

    _number_uniq = models.UniqueIndex("(company_ref, number)")
    _decision_uniq = models.UniqueIndex("(decision_ref)")

    @api.depends("number")
    def _compute_display_name(self):
        for seal in self:
            seal.display_name = self.env._("Seal %s", seal.number)

    def _is_practice(self):
        return False

    @api.model
    def _as_payload(self, row):
        """Return the plain content that a seal covers."""
        return {
            "schema": SCHEMA,
            "company": row["company_ref"],
            "number": row["number"],
            "decision": row["decision_sha256"],
            "signature": row["signature_sha256"] or None,
            "previous": row["previous_sha256"] or None,
            "sealed": row["sealed_at"],
        }

    @api.model
    def _cron_seal(self):
        """Seal the decisions that have been committed; one writer at a time.

        The lock keeps two workers apart. Who got it with a view of the data from before the other
        one's commit runs into the unique indexes, and starts again with a fresh view: a chain
        never forks, and a worker that is killed leaves whole seals only.
        """
        progress = self.env["ir.cron"]
        seconds, clashes = 1, 0
        while seconds > 0:
            self.env.cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('signoff_seal'))")
            if not self.env.cr.fetchone()[0]:
                return
            try:
                sealed = self._seal_batch(BATCH)
            except CLASHES:
                self.env.cr.rollback()
                clashes += 1
                if clashes > TRIES:
                    raise
                continue
            left = self._count_unsealed() if sealed == BATCH else 0
            seconds = progress._commit_progress(sealed, remaining=left)
            if not left:
                return

    @api.model
    def _trigger_seal(self):
        """Wake the writer; called by the outbox, so that whoever decides does not wait for it."""
        cron = self.env.ref("customer_delivery.ir_cron_seal", raise_if_not_found=False)
        if cron:
            cron._trigger()

    @api.model
    def _get_unsealed_sql(self):
        return SQL(
            """
            SELECT d.id, d.company_id
              FROM signoff_decision d
             WHERE NOT EXISTS (SELECT 1 FROM signoff_seal s WHERE s.decision_ref = d.id)
               AND NOT EXISTS (
                   SELECT 1 FROM project_project p
                    WHERE p.id = d.project_id AND p.delivery_practice)
            """
        )

    @api.model
    def _count_unsealed(self):
        self.env.cr.execute(SQL("SELECT count(*) FROM (%s) unsealed", self._get_unsealed_sql()))
        return self.env.cr.fetchone()[0]

    @api.model
    def _seal_batch(self, limit):
        """Seal up to ``limit`` decisions; return how many."""
        self.env["signoff.decision"].flush_model()
        self.env.cr.execute(SQL("%s ORDER BY d.id LIMIT %s", self._get_unsealed_sql(), limit))
        rows = self.env.cr.fetchall()
        decisions_sudo = self.env["signoff.decision"].sudo().browse([row[0] for row in rows])
        signatures = {
            signature.decision_id.id: signature.sha256 for signature in decisions_sudo.signature_ids
        }
        heads = {}
        now = fields.Datetime.now()
        values = []
        for decision_sudo in decisions_sudo:
            company = decision_sudo.company_id
            number, previous = heads.get(company) or self._get_head(company)
            seal = {
                "company_id": company.id,
                "company_ref": company.id,
                "number": number + 1,
                "decision_id": decision_sudo.id,
                "decision_ref": decision_sudo.id,
                "decision_sha256": decision_sudo.sha256,
                "signature_sha256": signatures.get(decision_sudo.id) or False,
                "previous_sha256": previous or False,
                "sealed_at": now,
            }
            seal["sha256"] = digest(dumps(self._as_payload(seal)))
            heads[company] = (seal["number"], seal["sha256"])
            values.append(Granted(seal))
        self.sudo()._insert(values)
        # what clashes with another writer clashes here
        self.env.flush_all()
        return len(values)

    @api.model
    def _get_head(self, company):
        """Return (number, check code) of a company's last seal."""
        head_sudo = self.sudo().search(
            [("company_ref", "=", company.id)], order="number desc", limit=1
        )
        return head_sudo.number, head_sudo.sha256
