import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Requirements as links that open them; saves first, so that nothing typed gets lost. */
export class RequirementLinks extends Component {
    static template = "customer_delivery.RequirementLinks";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
    }

    get links() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.display_name,
        }));
    }

    async open(id) {
        if (await this.props.record.save()) {
            await this.action.doAction({
                type: "ir.actions.act_window",
                res_model: this.props.record.fields[this.props.name].relation,
                res_id: id,
                views: [[false, "form"]],
            });
        }
    }
}

export const requirementLinks = {
    component: RequirementLinks,
    supportedTypes: ["many2many", "one2many"],
    relatedFields: [{ name: "display_name", type: "char" }],
};

registry.category("fields").add("requirement_links", requirementLinks);
