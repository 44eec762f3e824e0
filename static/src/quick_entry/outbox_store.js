const TABLE = "entries";

function promised(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

/**
 * Entries kept on this device until they are sent. They outlive a reload and a flat battery;
 * where the browser keeps nothing (private windows) they live as long as the page.
 */
export class OutboxStore {
    constructor(name) {
        this.name = name;
        this.memory = new Map();
        this.isLasting = true;
    }

    /** All entries, the oldest first. */
    async all() {
        const entries = await this._run("readonly", (table) => table.getAll());
        return (entries || [...this.memory.values()]).sort((a, b) => a.time - b.time);
    }

    async put(entry) {
        this.memory.set(entry.key, entry);
        await this._run("readwrite", (table) => table.put(entry));
    }

    async remove(key) {
        this.memory.delete(key);
        await this._run("readwrite", (table) => table.delete(key));
    }

    async _run(mode, work) {
        const db = await this._open();
        if (!db) {
            return undefined;
        }
        try {
            const transaction = db.transaction(TABLE, mode);
            const done = new Promise((resolve, reject) => {
                transaction.oncomplete = resolve;
                transaction.onabort = () => reject(transaction.error);
            });
            const result = await promised(work(transaction.objectStore(TABLE)));
            await done;
            return result;
        } finally {
            db.close();
        }
    }

    async _open() {
        try {
            const request = indexedDB.open(this.name, 1);
            request.onupgradeneeded = () => {
                request.result.createObjectStore(TABLE, { keyPath: "key" });
            };
            return await promised(request);
        } catch {
            this.isLasting = false;
            return null;
        }
    }
}
