import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { WORK_CHANGED } from "./my_work";

/** How many decisions wait for the user; nothing is shown when none does. */
export class MyWorkSystray extends Component {
    static template = "customer_delivery.MyWorkSystray";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ count: 0 });
        useBus(this.env.bus, WORK_CHANGED, () => this.load());
        onWillStart(() => {
            // the screen does not wait for it
            this.load();
        });
    }

    async load() {
        const counts = await this.orm.silent.call("signoff.slot", "get_my_counts", []);
        this.state.count = counts.approve;
    }

    open() {
        return this.action.doAction("customer_delivery.signoff_slot_action_my", {
            clearBreadcrumbs: true,
        });
    }
}

registry
    .category("systray")
    .add("customer_delivery.my_work", { Component: MyWorkSystray }, { sequence: 30 });
