from odoo.http import Controller, request, route


class SignoffPaperController(Controller):
    """Where the code on a stamped paper leads."""

    @route("/delivery/paper/<string:code>", type="http", auth="user", methods=["GET"])
    def paper(self, code, **_kwargs):
        """Lead our people to the round whose paper they scanned; others learn nothing.

        :param code: the code as it stands on the paper
        """
        if not request.env.user._is_internal():
            return request.redirect("/my")
        rounds = request.env["signoff.round"]
        row = rounds._find_by_code(code[:40]) if rounds.has_access("read") else rounds
        if not row:
            return request.not_found()
        return request.redirect(f"/odoo/customer-delivery-rounds/{row.id}")
