import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { SignaturePad } from "../../signature_pad/signature_pad";

/** Sign by hand into a binary field, with the same pad as on the customer's pages. */
export class SignatureField extends Component {
    static template = "customer_delivery.SignatureField";
    static components = { SignaturePad };
    static props = { ...standardFieldProps };

    onChange({ problem, getImage }) {
        const image = problem ? "" : getImage().split("base64,")[1];
        this.props.record.update({ [this.props.name]: image || false });
    }
}

registry.category("fields").add("delivery_signature", {
    component: SignatureField,
    displayName: _t("Signature by Hand"),
    supportedTypes: ["binary"],
});
