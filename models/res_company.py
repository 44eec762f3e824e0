from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    delivery_pool_mode_id = fields.Many2one(
        "delivery.mode",
        string="Delivery Mode of the Pool",
        help="Stages of requirements that have no project yet.",
    )
    delivery_upload_limit = fields.Integer(
        string="Largest Upload (MB)",
        default=20,
        required=True,
        help="Largest file that a customer may send with a wish.",
    )
    delivery_upload_types = fields.Char(
        string="Accepted Files",
        default="pdf,png,jpg,jpeg,gif,webp,heic,doc,docx,xls,xlsx,ppt,pptx,txt,csv,zip,mp4,mov",
        required=True,
        help="File endings that customers may send, separated by commas.",
    )
