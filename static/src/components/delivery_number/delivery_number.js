import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * A figure that opens its list. `options`: `action`, a method of the record that returns the
 * action; `total`, another field, to show "3 / 7"; `days`, another field, to show "3 +13 d"; `warn`,
 * to show what is not zero in amber.
 */
export class DeliveryNumber extends Component {
    static template = "customer_delivery.DeliveryNumber";
    static props = {
        ...standardFieldProps,
        action: { type: String },
        total: { type: String, optional: true },
        days: { type: String, optional: true },
        warn: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get value() {
        const { name, record, total, days } = this.props;
        const value = record.data[name];
        switch (record.fields[name].type) {
            case "date":
                return value ? formatDate(value) : "";
            case "many2one":
                return value ? value.display_name : "";
        }
        if (days && record.data[days]) {
            return _t("%(count)s (+%(days)s d)", { count: value, days: record.data[days] });
        }
        return total ? `${value} / ${record.data[total]}` : String(value);
    }

    get isEmpty() {
        const value = this.props.record.data[this.props.name];
        return !value && !(this.props.total && this.props.record.data[this.props.total]);
    }

    async open() {
        const { record } = this.props;
        const action = await this.orm.call(record.resModel, this.props.action, [[record.resId]]);
        await this.action.doAction(action);
    }
}

export const deliveryNumber = {
    component: DeliveryNumber,
    supportedTypes: ["integer", "date", "many2one"],
    extractProps: ({ options }) => ({
        action: options.action,
        total: options.total,
        days: options.days,
        warn: Boolean(options.warn),
    }),
};

registry.category("fields").add("delivery_number", deliveryNumber);
