import { markRaw, toRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { RPCError } from "@web/core/network/rpc";

const SENT_SHOWN = 5;
// The server could not judge the entry: it waits and is sent again.
const NOT_NOW = ["odoo.http.SessionExpiredException", "odoo.http.SessionExpired"];

/** A key that no other entry has; also on pages without https, where `randomUUID` is missing. */
export function newKey() {
    if (browser.crypto?.randomUUID) {
        return browser.crypto.randomUUID();
    }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Entries on their way to the server. Each carries a key, and the server makes one record of
 * one key, so an entry whose answer got lost is sent again without harm.
 */
export class Outbox {
    constructor(store, send) {
        this.store = store;
        this.send = send;
        this.entries = [];
        this.sent = [];
        this.isSending = false;
        this.sending = null;
    }

    async load() {
        this.entries = await this.store.all();
    }

    /** Keep the values, then send them when there is a connection. */
    async add(values, kind) {
        const entry = await this.keep(values, kind);
        await this.flush();
        return entry;
    }

    /** Keep the values on this device; `flush` sends them. */
    async keep(values, kind) {
        const entry = { key: newKey(), time: Date.now(), kind, values, error: "" };
        await this.store.put(entry);
        this.entries.push(entry);
        return entry;
    }

    /**
     * Send everything that waits, in order, also what comes meanwhile; stop at the first sign of
     * a missing connection. Ends when nothing is on its way any more.
     */
    flush() {
        if (!this.isSending) {
            this.isSending = true;
            this.sending = markRaw(this._flush());
        }
        return this.sending;
    }

    async _flush() {
        const next = () => this.entries.find((entry) => !entry.error);
        try {
            for (let entry = next(); entry; entry = next()) {
                if (!(await this._sendOne(entry))) {
                    break;
                }
            }
        } finally {
            this.isSending = false;
        }
    }

    /** Send an entry that the server has refused once more. */
    async retry(entry) {
        entry.error = "";
        await this.flush();
    }

    async drop(entry) {
        await this.store.remove(entry.key);
        this.entries = this.entries.filter((other) => other.key !== entry.key);
    }

    async _sendOne(entry) {
        let result;
        try {
            result = await this.send(entry);
        } catch (error) {
            const isRefused =
                error instanceof RPCError && !NOT_NOW.includes(error.exceptionName);
            if (isRefused) {
                entry.error = error.data?.message || error.message;
                // what a screen watches is wrapped, and the browser's store takes no wrapping
                await this.store.put(toRaw(entry));
            }
            return isRefused;
        }
        await this.drop(entry);
        const sent = { ...result, kind: entry.kind, text: entry.values.text };
        this.sent = [sent, ...this.sent].slice(0, SENT_SHOWN);
        return true;
    }
}
