import { expect, test } from "@odoo/hoot";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { newKey, Outbox } from "@customer_delivery/quick_entry/outbox";
import { OutboxStore } from "@customer_delivery/quick_entry/outbox_store";

/** A server that makes one record of one key, behind a line that can be cut. */
class Server {
    constructor() {
        this.isReachable = true;
        this.losesAnswers = false;
        this.refusal = null;
        this.records = new Map();
        this.calls = 0;
    }

    send = async (entry) => {
        this.calls++;
        if (!this.isReachable) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        if (this.refusal) {
            throw Object.assign(new RPCError(this.refusal), {
                exceptionName: "odoo.exceptions.UserError",
                data: { message: this.refusal },
            });
        }
        const created = !this.records.has(entry.key);
        this.records.set(entry.key, entry.values.text);
        if (this.losesAnswers) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        return { id: this.records.size, number: `REQ-${this.records.size}`, created };
    };
}

class MemoryStore {
    constructor() {
        this.kept = new Map();
    }
    async all() {
        return [...this.kept.values()].map((entry) => structuredClone(entry));
    }
    async put(entry) {
        this.kept.set(entry.key, structuredClone(entry));
    }
    async remove(key) {
        this.kept.delete(key);
    }
}

async function makeOutbox(server, store = new MemoryStore()) {
    const outbox = new Outbox(store, server.send);
    await outbox.load();
    return outbox;
}

test("an entry is sent at once when there is a connection", async () => {
    const server = new Server();
    const outbox = await makeOutbox(server);
    await outbox.add({ text: "Bigger letters" });
    expect([...server.records.values()]).toEqual(["Bigger letters"]);
    expect(outbox.entries).toHaveLength(0);
    expect(outbox.sent[0].number).toBe("REQ-1");
});

test("without a connection entries wait and are sent in order, each once", async () => {
    const server = new Server();
    server.isReachable = false;
    const outbox = await makeOutbox(server);
    await outbox.add({ text: "first" });
    await outbox.add({ text: "second" });
    expect(outbox.entries).toHaveLength(2);
    expect(server.records.size).toBe(0);

    server.isReachable = true;
    await outbox.flush();
    expect([...server.records.values()]).toEqual(["first", "second"]);
    expect(outbox.entries).toHaveLength(0);
});

test("what waits outlives a reload of the page", async () => {
    const server = new Server();
    const store = new MemoryStore();
    server.isReachable = false;
    await (await makeOutbox(server, store)).add({ text: "kept" });

    server.isReachable = true;
    const reloaded = await makeOutbox(server, store);
    expect(reloaded.entries).toHaveLength(1);
    await reloaded.flush();
    expect([...server.records.values()]).toEqual(["kept"]);
    expect(store.kept.size).toBe(0);
});

test("an entry whose answer got lost is sent again under the same key", async () => {
    const server = new Server();
    const outbox = await makeOutbox(server);
    server.losesAnswers = true;
    await outbox.add({ text: "once" });
    expect(outbox.entries).toHaveLength(1);

    server.losesAnswers = false;
    await outbox.flush();
    expect(server.calls).toBe(2);
    expect([...server.records.values()]).toEqual(["once"]);
    expect(outbox.sent[0].created).toBe(false);
});

test("two flushes at the same time send an entry once", async () => {
    const server = new Server();
    server.isReachable = false;
    const outbox = await makeOutbox(server);
    await outbox.add({ text: "once" });
    server.isReachable = true;
    const calls = server.calls;
    await Promise.all([outbox.flush(), outbox.flush()]);
    expect(server.calls).toBe(calls + 1);
});

test("a refused entry is kept with its reason and does not hold up the next one", async () => {
    const server = new Server();
    const outbox = await makeOutbox(server);
    server.refusal = "This project is archived.";
    await outbox.add({ text: "refused" });
    server.refusal = null;
    await outbox.add({ text: "accepted" });
    expect([...server.records.values()]).toEqual(["accepted"]);
    expect(outbox.entries[0].error).toBe("This project is archived.");

    await outbox.retry(outbox.entries[0]);
    expect(outbox.entries).toHaveLength(0);
    expect(server.records.size).toBe(2);
});

test("an expired session keeps the entry waiting, not refused", async () => {
    const server = new Server();
    const outbox = await makeOutbox(server);
    server.send = async () => {
        throw Object.assign(new RPCError("expired"), {
            exceptionName: "odoo.http.SessionExpiredException",
        });
    };
    outbox.send = server.send;
    await outbox.add({ text: "later" });
    expect(outbox.entries).toHaveLength(1);
    expect(outbox.entries[0].error).toBe("");
});

test("the store of the browser keeps, orders and forgets entries", async () => {
    const name = `customer_delivery.test.${newKey()}`;
    const store = new OutboxStore(name);
    await store.put({ key: "b", time: 2, values: { text: "second" }, error: "" });
    await store.put({ key: "a", time: 1, values: { text: "first" }, error: "" });
    const again = new OutboxStore(name);
    expect((await again.all()).map((entry) => entry.values.text)).toEqual(["first", "second"]);
    await again.remove("a");
    expect((await store.all()).map((entry) => entry.key)).toEqual(["b"]);
    indexedDB.deleteDatabase(name);
});

test("keys differ from each other and are long enough for the server", async () => {
    const keys = new Set(Array.from({ length: 50 }, newKey));
    expect(keys.size).toBe(50);
    for (const key of keys) {
        expect(key.length).toBeGreaterThan(15);
        expect(key.length).toBeLessThan(65);
    }
});
