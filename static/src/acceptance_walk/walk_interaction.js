import { reactive } from "@odoo/owl";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";
import { OutboxStore } from "../quick_entry/outbox_store";
import { AcceptanceWalk } from "./acceptance_walk";
import { makeSession } from "./walk_session";

const TOLD_MS = 5000;

/** The walk on the customer's own phone, in the portal. */
export class AcceptanceWalkInteraction extends Interaction {
    static selector = ".o_delivery_walk_app";

    setup() {
        const { url, store } = this.el.dataset;
        const name = `customer_delivery.portal_walk.${store}`;
        const transport = {
            load: () => rpc(`${url}/walk/data`, {}, { silent: true }),
            send: (itemId, values, key) =>
                rpc(`${url}/walk/verdict`, { item_id: itemId, values, key }, { silent: true }),
            photoUrl: (photoId) => `${url}/photo/${photoId}`,
        };
        this.told = reactive({ text: "" });
        this.walkProps = {
            session: makeSession(
                transport,
                new OutboxStore(name),
                name,
                new OutboxStore(`${name}.drafts`)
            ),
            side: "customer",
            isCustomer: true,
            told: this.told,
            onClose: () => window.location.assign(url),
            onError: (text) => this.tell(text),
        };
    }

    start() {
        this.el.replaceChildren();
        this.mountComponent(this.el, AcceptanceWalk, this.walkProps);
    }

    tell(text) {
        this.told.text = text;
        this.waitForTimeout(() => {
            if (this.told.text === text) {
                this.told.text = "";
            }
        }, TOLD_MS);
    }
}

registry
    .category("public.interactions")
    .add("customer_delivery.acceptance_walk", AcceptanceWalkInteraction);
