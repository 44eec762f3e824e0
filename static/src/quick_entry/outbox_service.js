import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { session } from "@web/session";
import { Outbox } from "./outbox";
import { OutboxStore } from "./outbox_store";
import { getKind } from "./kinds";

const RETRY_DELAY = 20000;

export const outboxService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        const send = (entry) =>
            orm.silent.call(getKind(entry.kind).model, "action_quick_entry", [], {
                ...entry.values,
                client_key: entry.key,
            });
        // one store per database and person: nobody sends what another one wrote
        const store = new OutboxStore(`customer_delivery.outbox.${session.db}.${user.userId}`);
        const outbox = reactive(new Outbox(store, send));
        const flush = () => outbox.entries.length && outbox.flush();
        outbox.ready = outbox.load();
        outbox.ready.then(flush);
        browser.addEventListener("online", flush);
        browser.setInterval(flush, RETRY_DELAY);
        return outbox;
    },
};

registry.category("services").add("delivery_outbox", outboxService);
