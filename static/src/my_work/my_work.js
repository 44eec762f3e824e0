import { Component, onWillStart, useState } from "@odoo/owl";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

export const WORK_CHANGED = "CUSTOMER_DELIVERY:WORK_CHANGED";

/** What waits for the user: one list, one act per row, the same on a desk and on a phone. */
export class MyWork extends Component {
    static template = "customer_delivery.MyWork";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ sections: [] });
        useBus(this.env.bus, WORK_CHANGED, () => this.load());
        onWillStart(() => this.load());
    }

    async load() {
        const { sections } = await this.orm.call("signoff.slot", "get_my_work", []);
        this.state.sections = sections;
    }

    dueText(row) {
        return row.due ? formatDate(deserializeDate(row.due)) : "";
    }

    daysText(row) {
        return row.days ? _t("waiting for %s days", row.days) : _t("since today");
    }

    async open(row) {
        const action = row.method
            ? await this.orm.call(row.model, row.method, [[row.id]])
            : {
                  type: "ir.actions.act_window",
                  res_model: row.model,
                  res_id: row.id,
                  views: [[false, "form"]],
              };
        await this.action.doAction(action, {
            onClose: () => this.env.bus.trigger(WORK_CHANGED),
        });
    }

    openAll() {
        return this.action.doAction("customer_delivery.signoff_slot_action");
    }

    openDelegations() {
        return this.action.doAction("customer_delivery.signoff_delegation_action_my");
    }
}

registry.category("actions").add("customer_delivery.my_work", MyWork);
