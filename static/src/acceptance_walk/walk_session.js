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
     * @param {Object} draftStore where what is typed, but not answered yet, outlives the page
     */
    constructor(transport, store, cacheKey, draftStore) {
        this.transport = transport;
        this.cacheKey = cacheKey;
        this.outbox = new Outbox(markRaw(store), null);
        this.draftStore = markRaw(draftStore);
        this.drafts = markRaw(new Map());
        this.sendingKey = null;
        this.data = null;
        this.isOffline = false;
        // item id -> the answer of this person that met another one
        this.conflicts = {};
    }

    async start() {
        await this.outbox.load();
        for (const draft of await this.draftStore.all()) {
            this.drafts.set(draft.key, draft);
        }
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

    // === DRAFTS === //

    _draftKey(item, side) {
        return `${item.id}.${side}`;
    }

    /** What this person has typed for an item and not answered yet, if anything. */
    draftOf(item, side) {
        return this.drafts.get(this._draftKey(item, side));
    }

    /** The item on which this person was at work last, if it still stands on the checklist. */
    latestDraft(side) {
        return [...this.drafts.values()]
            .filter((draft) => draft.side === side)
            .filter((draft) => this.items.some((item) => item.id === draft.itemId))
            .sort((a, b) => b.time - a.time)[0];
    }

    /** Keep what is being typed, with its photos, so that a reload loses nothing. */
    async keepDraft(item, side, typed) {
        const key = this._draftKey(item, side);
        const draft = { key, itemId: item.id, side, time: Date.now(), ...typed };
        this.drafts.set(key, draft);
        // a copy: what the screen watches cannot be stored
        await this.draftStore.put(JSON.parse(JSON.stringify(draft)));
    }

    async dropDraft(item, side) {
        if (this.drafts.delete(this._draftKey(item, side))) {
            await this.draftStore.remove(this._draftKey(item, side));
        }
    }

    // === ANSWERS === //

    /** Keep an answer on this device, and send it as soon as that is possible. */
    async answer(item, side, values) {
        await this.keepAnswer(item, side, values);
        await this.flush();
    }

    /** Keep an answer on this device, in place of what was typed; `flush` sends it. */
    async keepAnswer(item, side, values) {
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
        await this.outbox.keep(JSON.parse(JSON.stringify(entry)));
        await this.dropDraft(item, side);
    }

    /** Whether somebody has to look at an answer of this person: refused, or not the only one. */
    hasTrouble(item, side) {
        return Boolean(this.conflicts[item.id] || this.entryOf(item, side)?.error);
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
                    const { value, answer, note, images } = values;
                    await this.keepDraft(item, values.side, {
                        value: value ?? "",
                        answer,
                        note,
                        photos: images,
                    });
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
export function makeSession(transport, store, cacheKey, draftStore) {
    const session = reactive(new WalkSession(transport, store, cacheKey, draftStore));
    session.outbox.send = (entry) => session._send(entry);
    return session;
}
