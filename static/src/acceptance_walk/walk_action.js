import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { session } from "@web/session";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { OutboxStore } from "../quick_entry/outbox_store";
import { AcceptanceWalk } from "./acceptance_walk";
import { makeSession } from "./walk_session";

/** The walk inside the web client, for our own people. */
export class AcceptanceWalkAction extends Component {
    static template = "customer_delivery.AcceptanceWalkAction";
    static components = { AcceptanceWalk };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        const acceptanceId = this.acceptanceId;
        const name = `customer_delivery.walk.${session.db}.${user.userId}.${acceptanceId}`;
        const transport = {
            load: () => this.orm.silent.call("project.acceptance", "get_walk_data", [acceptanceId]),
            send: (itemId, values, key) =>
                this.orm.silent.call("project.acceptance.item", "action_record_verdict", [itemId], {
                    ...values,
                    client_key: key,
                }),
            photoUrl: (photoId) => `/web/image/${photoId}`,
        };
        this.session = makeSession(
            transport,
            new OutboxStore(name),
            name,
            new OutboxStore(`${name}.drafts`)
        );
    }

    get acceptanceId() {
        const { context, params } = this.props.action;
        return params?.acceptance_id || context.active_id || this.props.resId;
    }

    get onError() {
        return (text) => this.notification.add(text, { type: "warning" });
    }

    get onClose() {
        const { breadcrumbs, historyBack } = this.env.config;
        if (breadcrumbs?.length > 1) {
            return historyBack;
        }
        return () =>
            this.action.doAction(
                {
                    type: "ir.actions.act_window",
                    res_model: "project.acceptance",
                    res_id: this.acceptanceId,
                    views: [[false, "form"]],
                },
                { clearBreadcrumbs: true }
            );
    }
}

registry.category("actions").add("customer_delivery.acceptance_walk", AcceptanceWalkAction);
