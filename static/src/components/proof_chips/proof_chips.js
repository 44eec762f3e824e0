import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Words separated by dots, each as a chip: the kinds of proof that a decision may have. */
export class ProofChipsField extends Component {
    static template = "customer_delivery.ProofChipsField";
    static props = { ...standardFieldProps };

    get chips() {
        const text = this.props.record.data[this.props.name];
        return text ? text.split(" · ") : [];
    }
}

registry.category("fields").add("proof_chips", {
    component: ProofChipsField,
    displayName: _t("Chips"),
    supportedTypes: ["char"],
});
