import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** How far each family of a checklist is: passed, failed, not answered, as a bar. */
export class AcceptanceProgress extends Component {
    static template = "customer_delivery.AcceptanceProgress";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }

    share(row, count) {
        return row.total ? (100 * count) / row.total : 0;
    }
}

registry.category("fields").add("acceptance_progress", {
    component: AcceptanceProgress,
    supportedTypes: ["json"],
});
