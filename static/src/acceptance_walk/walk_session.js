import { markRaw, reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Outbox } from "../quick_entry/outbox";

const EXACT = 10000;

/** What a measured or scored value means, as the server will judge it; false when it cannot. */
export function judge(item, answer) {
    const exact = (value) => Math.round(Number(value || 0) * EXACT);
    if (item.kind === "measure") {
        const [found, low, high] = [answer.value, item.low, item.high].map(exact);
        const slack = Math.abs(exact(item.tolerance));
        const holds = {
            "<=": found <= low + slack,
            ">=": found >= low - slack,
            "<": found < low + slack,
            ">": found > low - slack,
            "=": Math.abs(found - low) <= slack,
            between: found >= low - slack && found <= high + slack,
        }[item.operator];
        return holds ? "pass" : "fail";
    }
    if (item.kind === "score") {
        return answer.value >= item.min_score ? "pass" : "fail";
    }
    if (item.kind === "choice") {
        return item.passing.includes(answer.answer) ? "pass" : "fail";
    }
    return answer.verdict;
}

/**
 * One person's way through a checklist: what the server knows, and over it what this person has
 * answered and the server does not know yet.
 */
export class WalkSession {
    /**
     * @param {Object} transport with `load()` and `send(itemId, values, key)`
     * @param {Object} store where entries outlive the page, see OutboxStore
     * @param {string} cacheKey where the last known checklist is kept
     */
    constructor(transport, store, cacheKey) {
        this.transport = transport;
        this.cacheKey = cacheKey;
        this.outbox = new Outbox(markRaw(store), null);
        this.sendingKey = null;
        this.data = null;
        this.isOffline = false;
        // item id -> the answer of this person that met another one
        this.conflicts = {};
    }

    async start() {
        await this.outbox.load();
        await this.load();
    }

    /** Ask the server for the checklist; without a connection take the one known last. */
    async load() {
        try {
            this.data = await this.transport.load();
            this.isOffline = false;
            this._keep();
        } catch (error) {
            const isLost = error instanceof ConnectionLostError || !browser.navigator.onLine;
            const known = browser.localStorage.getItem(this.cacheKey);
            if (!isLost || !known) {
                throw error;
            }
            this.data = JSON.parse(known);
            this.isOffline = true;
        }
        await this.flush();
    }

    get items() {
        return this.data.items;
    }

    get waiting() {
        return this.outbox.entries.filter((entry) => !entry.error);
    }

    /** The entry of this person for an item that the server does not know, or refused. */
    entryOf(item, side) {
        return this.outbox.entries.findLast(
            (entry) => entry.values.item_id === item.id && entry.values.side === side
        );
    }

    /** What a side says of an item, with what waits on this device laid over it. */
    answerOf(item, side) {
        const entry = this.entryOf(item, side);
        if (!entry) {
            return item[side];
        }
        const { values } = entry;
        return {
            ...item[side],
            verdict: values.verdict || judge(item, values),
            value: values.value ?? 0,
            answer: values.answer,
            note: values.note,
            isWaiting: !entry.error,
            error: entry.error,
        };
    }

    /** Keep an answer on this device, and send it as soon as that is possible. */
    async answer(item, side, values) {
        delete this.conflicts[item.id];
        const before = this.entryOf(item, side);
        let images = values.images || [];
        const inFlight = before && before.key === this.sendingKey ? 1 : 0;
        if (before && !inFlight) {
            images = [...before.values.images, ...images];
            await this.outbox.drop(before);
        }
        const entry = {
            ...values,
            images,
            item_id: item.id,
            side,
            expected_rev: item[side].rev + inFlight,
            text: item.text,
        };
        // a copy: what the screen watches cannot be stored
        await this.outbox.add(JSON.parse(JSON.stringify(entry)));
        this.isOffline = this.waiting.length > 0;
    }

    /** Answer once more, over the answer of somebody else that this person has now seen. */
    async answerAgain(item) {
        const { side, values } = this.conflicts[item.id];
        await this.answer(item, side, values);
    }

    keepTheirs(item) {
        delete this.conflicts[item.id];
    }

    async flush() {
        await this.outbox.flush();
        this.isOffline = this.waiting.length > 0;
    }

    async drop(entry) {
        await this.outbox.drop(entry);
    }

    async _send(entry) {
        this.sendingKey = entry.key;
        try {
            const { item_id, text, ...values } = entry.values;
            const outcome = await this.transport.send(item_id, values, entry.key);
            const item = this.items.find((known) => known.id === item_id);
            if (item) {
                Object.assign(item, outcome.item);
                if (outcome.status === "conflict") {
                    this.conflicts[item_id] = { side: values.side, values };
                }
                this._keep();
            }
            return outcome;
        } finally {
            this.sendingKey = null;
        }
    }

    _keep() {
        try {
            browser.localStorage.setItem(this.cacheKey, JSON.stringify(this.data));
        } catch {
            // full or forbidden: the answers are kept elsewhere, only the texts are not
        }
    }
}

/** A session that tells the screen what changes. */
export function makeSession(transport, store, cacheKey) {
    const session = reactive(new WalkSession(transport, store, cacheKey));
    session.outbox.send = (entry) => session._send(entry);
    return session;
}
