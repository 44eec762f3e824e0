from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ..core.grant import Granted, is_granted, like
from ..core.html_canon import plain
from ..core.transition import refusals


class DeliveryStagedMixin(models.AbstractModel):
    """A document that moves through stages by one method, whoever asks.

    The statusbar, kanban drag, multi-edit, portal, import and RPC all end in ``write`` or
    ``create``, and both call :meth:`_check_stage_move`. The concrete model defines
    ``stage_id``, ``paused_stage_id`` and the hooks at the end of this class.
    """

    _name = "delivery.staged.mixin"
    _description = "Document That Moves Through Stages"
    _inherit = ["delivery.guarded.mixin"]

    _control_fields = ("date_stage", "paused_stage_id")

    date_stage = fields.Datetime(
        string="In Stage Since",
        readonly=True,
        copy=False,
        default=fields.Datetime.now,
    )

    @api.model_create_multi
    def create(self, vals_list):
        wanted = []
        prepared = []
        for vals, initial in zip(vals_list, self._get_initial_stages(vals_list), strict=True):
            # a card added in a kanban column brings the column as a default
            stage_id = vals.get("stage_id") or self.env.context.get("default_stage_id")
            stage_id = self._entry_id(stage_id)
            take_as_is = vals.get("stage_id") and is_granted(vals)
            wanted.append(False if take_as_is else stage_id)
            prepared.append(vals if take_as_is else like(vals, {**vals, "stage_id": initial.id}))
        documents = super().create(prepared)
        groups = {}
        for document, stage_id in zip(documents, wanted, strict=True):
            if stage_id and stage_id != document.stage_id.id:
                groups.setdefault(stage_id, []).append(document.id)
        stages = self.env[self._fields["stage_id"].comodel_name]
        for stage_id, ids in groups.items():
            documents.browse(ids)._move_to_stage(stages.browse(stage_id))
        documents._after_stage_move()
        return documents

    def write(self, vals):
        if "stage_id" not in vals:
            return super().write(vals)
        stages = self.env[self._fields["stage_id"].comodel_name]
        stage = stages.browse(self._entry_id(vals["stage_id"]))
        moving = self.filtered(lambda document: document.stage_id != stage)
        others = {key: val for key, val in vals.items() if key != "stage_id"}
        if others:  # first: they may be what the stage asks for
            super().write(like(vals, others))
        if moving:
            if not is_granted(vals):
                moving._check_stage_move(stage)
            for came_from, documents in moving._grouped_by_pause(stage).items():
                move = Granted(
                    stage_id=stage.id,
                    date_stage=fields.Datetime.now(),
                    paused_stage_id=came_from.id,
                )
                super(DeliveryStagedMixin, documents).write(move)
            moving._after_stage_move()
        return True

    # === ACTION METHODS === #

    def action_move_to_stage(self, stage_id):
        """Move these documents to a stage; works on many.

        :param int stage_id: id of the stage
        :raises UserError: naming each document and what keeps it from moving
        """
        documents = self._entry()
        documents.check_access("write")
        stages = self.env[self._fields["stage_id"].comodel_name]
        documents._move_to_stage(stages.browse(self._entry_id(stage_id)))
        return True

    def _move_to_stage(self, stage):
        return self.write({"stage_id": stage.id})

    # === BUSINESS METHODS === #

    def _check_stage_move(self, stage):
        """Refuse the move of these documents to ``stage`` unless every condition holds."""
        if not stage.exists() or not stage.active:
            raise UserError(self.env._("This stage does not exist any more. Reload the page."))
        # groups and fields are configuration that not everybody may read
        groups_sudo = stage.sudo().group_ids
        if groups_sudo and not self.env.su and not groups_sudo & self.env.user.all_group_ids:
            raise AccessError(
                self.env._(
                    "Only members of %(groups)s may move documents to %(stage)s.",
                    groups=format_list(self.env, groups_sudo.mapped("full_name")),
                    stage=stage.name,
                )
            )
        stage_required = stage.sudo().required_field_ids.mapped("name")
        current = {from_stage: from_stage._as_data() for from_stage in self.stage_id}
        problems = []
        for document in self:
            mandatory = document._get_stage_mandatory_fields() if stage.checks_mandatory else []
            target = stage._as_data([*stage_required, *mandatory])
            start = current[document.stage_id]
            if document.paused_stage_id == stage and start.next_ids:
                # work goes on where it was interrupted
                start = replace(start, next_ids=start.next_ids | {stage.id})
            for code, payload in refusals(
                start,
                target,
                document._get_allowed_stage_ids(),
                document._is_filled,
            ):
                problems.append(document._stage_refusal(stage, code, payload))
        failing = self - self.filtered_domain(stage._get_entry_domain())
        problems += [document._stage_refusal(stage, "condition", None) for document in failing]
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))

    def _grouped_by_pause(self, stage):
        """Return {stage to come back to: documents} for a move to ``stage``."""
        if stage.kind != "hold":
            return {stage.browse(): self}
        return self.grouped(
            lambda doc: doc.paused_stage_id if doc.stage_id.kind == "hold" else doc.stage_id
        )

    def _stage_refusal(self, stage, code, payload):
        """Return the sentence that tells why this document may not enter ``stage``."""
        name = self.display_name
        if code == "missing":
            labels = [self._fields[field]._description_string(self.env) for field in payload]
            return self.env._(
                "%(document)s cannot move to %(stage)s yet. Please fill in: %(fields)s.",
                document=name,
                stage=stage.name,
                fields=format_list(self.env, labels),
            )
        if code == "skips":
            reachable = self._get_reachable_stages(payload)
            return self.env._(
                "%(document)s cannot move from %(current)s to %(stage)s. Next possible: %(next)s.",
                document=name,
                current=self.stage_id.name,
                stage=stage.name,
                next=format_list(self.env, reachable.mapped("name")) or self.env._("none"),
            )
        if code == "not_in_mode":
            return self.env._(
                "%(document)s cannot move to %(stage)s: its delivery mode does not use this stage.",
                document=name,
                stage=stage.name,
            )
        return stage.entry_message or self.env._(
            "%(document)s does not meet the condition of stage %(stage)s.",
            document=name,
            stage=stage.name,
        )

    def _get_reachable_stages(self, stage_ids):
        stages = self.env[self._fields["stage_id"].comodel_name].browse(stage_ids).exists()
        allowed = self._get_allowed_stage_ids()
        return stages.filtered(lambda s: allowed is None or s.id in allowed).sorted()

    def _is_filled(self, name):
        """Tell whether the field says something; an empty editor does not."""
        field = self._fields.get(name)
        if field is None:
            return True
        value = self[name]
        return bool(plain(value or "").strip()) if field.type == "html" else bool(value)

    # === HOOKS === #

    @api.model
    def _get_initial_stages(self, vals_list):
        """Return, for each dictionary of values, the stage in which its document starts."""
        raise NotImplementedError

    def _get_allowed_stage_ids(self):
        """Return the ids of the stages this document may be in, or None for any."""
        return None

    def _get_stage_mandatory_fields(self):
        """Return names of fields that a stage with *Checks Mandatory Fields* demands."""
        return []

    def _after_stage_move(self):
        """Called once the documents are in their new stage, lock and follow-up go here."""
