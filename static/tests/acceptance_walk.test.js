import { beforeEach, expect, test } from "@odoo/hoot";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { judge, makeSession } from "@customer_delivery/acceptance_walk/walk_session";

const CACHE = "customer_delivery.walk.test";

class MemoryStore {
    constructor() {
        this.kept = new Map();
        this.isLasting = true;
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

const nobody = { verdict: "", value: 0, answer: "", note: "", rev: 0, by: "", date: "" };

/** A server with one checklist, behind a line that can be cut. */
class Server {
    constructor() {
        this.isReachable = true;
        this.losesAnswers = false;
        this.refusal = null;
        this.keys = new Set();
        this.items = [1, 2, 3].map((id) => ({
            id,
            number: id,
            text: `Item ${id}`,
            kind: "pass",
            check: { ...nobody },
            customer: { ...nobody },
        }));
    }

    load = async () => {
        if (!this.isReachable) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        return { name: "SAT", people: [], items: structuredClone(this.items) };
    };

    send = async (itemId, values, key) => {
        if (!this.isReachable) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        if (this.refusal) {
            throw Object.assign(new RPCError(this.refusal), {
                exceptionName: "odoo.exceptions.UserError",
                data: { message: this.refusal },
            });
        }
        const item = this.items.find((known) => known.id === itemId);
        const side = item[values.side];
        let status = "saved";
        if (this.keys.has(key)) {
            status = "known";
        } else if (values.expected_rev !== side.rev) {
            status = "conflict";
        } else {
            this.keys.add(key);
            Object.assign(side, { verdict: values.verdict, note: values.note, rev: side.rev + 1 });
        }
        if (this.losesAnswers) {
            throw new ConnectionLostError("/web/dataset/call_kw");
        }
        return { status, side: values.side, rev: side.rev, item: structuredClone(item) };
    };

    answerAs(name, itemId, side, verdict) {
        const answer = this.items.find((item) => item.id === itemId)[side];
        Object.assign(answer, { verdict, by: name, rev: answer.rev + 1 });
    }
}

async function walk(server, store = new MemoryStore(), drafts = new MemoryStore()) {
    const transport = { load: server.load, send: server.send };
    const session = makeSession(transport, store, CACHE, drafts);
    await session.start();
    return session;
}

const passed = { verdict: "pass", value: null, answer: "", note: "", images: [] };

beforeEach(() => localStorage.removeItem(CACHE));

test("an answer is sent at once and shown as the server keeps it", async () => {
    const server = new Server();
    const session = await walk(server);
    await session.answer(session.items[0], "check", passed);
    expect(server.items[0].check.verdict).toBe("pass");
    expect(session.items[0].check.rev).toBe(1);
    expect(session.waiting).toHaveLength(0);
});

test("without a connection answers wait, outlive a reload and are sent once", async () => {
    const server = new Server();
    const store = new MemoryStore();
    let session = await walk(server, store);
    server.isReachable = false;
    await session.answer(session.items[0], "check", passed);
    await session.answer(session.items[1], "check", { ...passed, verdict: "fail", note: "Jams" });
    expect(session.waiting).toHaveLength(2);
    expect(session.answerOf(session.items[1], "check").verdict).toBe("fail");

    session = await walk(server, store);
    expect(session.isOffline).toBe(true);
    expect(session.items).toHaveLength(3);
    expect(session.answerOf(session.items[0], "check").isWaiting).toBe(true);

    server.isReachable = true;
    await session.flush();
    expect(session.waiting).toHaveLength(0);
    expect(server.items.map((item) => item.check.rev)).toEqual([1, 1, 0]);
});

test("an answer whose receipt got lost counts once", async () => {
    const server = new Server();
    const session = await walk(server);
    server.losesAnswers = true;
    await session.answer(session.items[0], "check", passed);
    expect(session.waiting).toHaveLength(1);
    server.losesAnswers = false;
    await session.flush();
    expect(server.items[0].check.rev).toBe(1);
    expect(session.waiting).toHaveLength(0);
});

test("thinking again before it is sent leaves one answer with all photos", async () => {
    const server = new Server();
    const session = await walk(server);
    server.isReachable = false;
    await session.answer(session.items[0], "check", { ...passed, images: [{ name: "a" }] });
    await session.answer(session.items[0], "check", {
        ...passed,
        verdict: "fail",
        images: [{ name: "b" }],
    });
    expect(session.waiting).toHaveLength(1);
    expect(session.waiting[0].values.images.map((image) => image.name)).toEqual(["a", "b"]);
    server.isReachable = true;
    await session.flush();
    expect(server.items[0].check.verdict).toBe("fail");
    expect(server.items[0].check.rev).toBe(1);
});

test("somebody else's answer is shown, and overwritten only on purpose", async () => {
    const server = new Server();
    const session = await walk(server);
    server.answerAs("Li Wei", 1, "check", "fail");
    await session.answer(session.items[0], "check", passed);
    expect(server.items[0].check.verdict).toBe("fail");
    expect(session.conflicts[1].values.verdict).toBe("pass");
    expect(session.items[0].check.by).toBe("Li Wei");
    await session.answerAgain(session.items[0]);
    expect(server.items[0].check.verdict).toBe("pass");
    expect(session.conflicts[1]).toBe(undefined);
});

test("what is half written outlives a reload until it is answered", async () => {
    const server = new Server();
    const drafts = new MemoryStore();
    const typed = { value: "", answer: "", note: "Half", photos: [{ name: "a", datas: "x" }] };
    let session = await walk(server, new MemoryStore(), drafts);
    await session.keepDraft(session.items[1], "check", typed);

    session = await walk(server, new MemoryStore(), drafts);
    expect(session.latestDraft("check").itemId).toBe(2);
    expect(session.latestDraft("customer")).toBe(undefined);
    expect(session.draftOf(session.items[1], "check").photos).toHaveLength(1);
    await session.answer(session.items[1], "check", passed);
    expect(session.draftOf(session.items[1], "check")).toBe(undefined);
    expect(await drafts.all()).toHaveLength(0);
});

test("what met somebody else's answer is kept, also over a reload", async () => {
    const server = new Server();
    const drafts = new MemoryStore();
    let session = await walk(server, new MemoryStore(), drafts);
    server.answerAs("Li Wei", 1, "check", "fail");
    await session.answer(session.items[0], "check", { ...passed, note: "Fine", images: [{ name: "a" }] });
    expect(session.hasTrouble(session.items[0], "check")).toBe(true);

    session = await walk(server, new MemoryStore(), drafts);
    const draft = session.draftOf(session.items[0], "check");
    expect([draft.note, draft.photos.length]).toEqual(["Fine", 1]);
});

test("what is answered while another answer is on its way follows at once", async () => {
    const server = new Server();
    const session = await walk(server);
    const { send } = server;
    let release;
    const slow = new Promise((resolve) => (release = resolve));
    session.transport.send = async (...args) => {
        await slow;
        return send(...args);
    };
    await session.keepAnswer(session.items[0], "check", passed);
    const flushed = session.flush();
    await session.keepAnswer(session.items[1], "check", passed);
    release();
    await flushed;
    expect(session.waiting).toHaveLength(0);
    expect(server.items.map((item) => item.check.rev)).toEqual([1, 1, 0]);
});

test("a refused answer stays on the device with the reason", async () => {
    const server = new Server();
    const session = await walk(server);
    server.refusal = "A photo is needed.";
    await session.answer(session.items[0], "check", passed);
    expect(session.answerOf(session.items[0], "check").error).toBe("A photo is needed.");
    expect(session.waiting).toHaveLength(0);
    server.refusal = null;
    await session.answer(session.items[0], "check", passed);
    expect(server.items[0].check.verdict).toBe("pass");
    expect(session.outbox.entries).toHaveLength(0);
});

test("figures are judged as the server judges them", async () => {
    const measure = (operator, low, high = 0, tolerance = 0) => ({
        kind: "measure",
        operator,
        low,
        high,
        tolerance,
    });
    expect(judge(measure("<=", 2, 0, 0.1), { value: 2.1 })).toBe("pass");
    expect(judge(measure("<=", 2), { value: 2.0001 })).toBe("fail");
    expect(judge(measure("=", 0.3), { value: 0.1 + 0.2 })).toBe("pass");
    expect(judge(measure("between", 10, 20), { value: 20.1 })).toBe("fail");
    expect(judge({ kind: "score", min_score: 3 }, { value: 3 })).toBe("pass");
    expect(judge({ kind: "choice", passing: ["Fine"] }, { answer: "Bad" })).toBe("fail");
});
