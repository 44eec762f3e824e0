import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { omit } from "@web/core/utils/objects";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";
import {
    buildM2OFieldDescription,
    extractM2OFieldProps,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const BADGE_PROPS = ["decorations", "colorField"];

/** A coloured badge while one reads, a field to choose from while one edits the row. */
export class BadgeMany2One extends Component {
    static template = "customer_delivery.BadgeMany2One";
    static components = { BadgeField, Many2OneField };
    static props = {
        ...Many2OneField.props,
        decorations: { type: Object, optional: true },
        colorField: { type: String, optional: true },
    };

    get badgeProps() {
        const names = [...Object.keys(standardFieldProps), ...BADGE_PROPS];
        return Object.fromEntries(
            names.filter((name) => name in this.props).map((name) => [name, this.props[name]])
        );
    }

    get many2oneProps() {
        return omit(this.props, ...BADGE_PROPS);
    }
}

export const badgeMany2One = {
    ...buildM2OFieldDescription(BadgeMany2One),
    extractProps: (staticInfo, dynamicInfo) => ({
        ...extractM2OFieldProps(staticInfo, dynamicInfo),
        ...badgeField.extractProps(staticInfo, dynamicInfo),
    }),
};

registry.category("fields").add("badge_many2one", badgeMany2One);
