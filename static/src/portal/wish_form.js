import { Interaction } from "@web/public/interaction";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

const PREFIX = "customer_delivery.wish.";
const KEPT_FIELDS = [
    ...["text", "why", "priority_id", "name", "contact", "project_id", "client_key"],
    ...["expected", "please_assess"],
];
const KEPT_MS = 30 * 24 * 3600 * 1000;

/** Browsers of chat apps and private windows may refuse storage: then there is no draft. */
function readDraft(key) {
    try {
        const draft = JSON.parse(window.localStorage.getItem(PREFIX + key));
        return draft && Date.now() - draft.at < KEPT_MS ? draft : null;
    } catch {
        return null;
    }
}

function writeDraft(key, draft) {
    try {
        if (draft) {
            window.localStorage.setItem(PREFIX + key, JSON.stringify(draft));
        } else {
            window.localStorage.removeItem(PREFIX + key);
        }
    } catch {
        // no storage, no draft
    }
}

/** Keeps what was typed until it has arrived, and says early what the server would refuse. */
export class WishForm extends Interaction {
    static selector = ".o_delivery_wish_form";
    dynamicContent = {
        _root: {
            "t-on-input": this.saveDraft,
            "t-on-submit": this.onSubmit,
        },
        "input[type=file]": { "t-on-change": this.onFiles },
        ".o_delivery_draft_clear": { "t-on-click": this.clearDraft },
        ".o_delivery_draft_note": {
            "t-att-class": () => ({ "d-none": !this.restored }),
        },
        ".o_delivery_file_error": {
            "t-att-class": () => ({ "d-block": Boolean(this.fileError) || this.refusedBefore }),
        },
        ".o_delivery_send": { "t-att-disabled": () => this.sending },
    };

    setup() {
        this.key = this.el.dataset.draftKey;
        this.restored = false;
        this.sending = false;
        this.fileError = "";
        this.errorEl = this.el.querySelector(".o_delivery_file_error");
        this.refusedBefore = Boolean(this.errorEl.textContent.trim());
    }

    start() {
        const draft = readDraft(this.key);
        // what the server sent back after a refusal is newer than any draft
        const fresh = !this.el.elements.text.value;
        if (draft && fresh) {
            this.restore(draft.values);
        }
        // a page taken from the browser's memory may still show the button as used
        this.addListener(window, "pageshow", () => {
            this.sending = false;
            this.updateContent();
        });
    }

    restore(values) {
        for (const name of KEPT_FIELDS) {
            const field = this.el.elements[name];
            if (field && values[name]) {
                field.value = values[name];
            }
        }
        this.restored = Boolean(values.text);
        this.updateContent();
    }

    saveDraft() {
        const values = {};
        for (const name of KEPT_FIELDS) {
            values[name] = this.el.elements[name]?.value || "";
        }
        writeDraft(this.key, values.text || values.why ? { at: Date.now(), values } : null);
    }

    clearDraft() {
        writeDraft(this.key, null);
        window.location.reload();
    }

    onFiles(ev) {
        const files = [...ev.currentTarget.files];
        const limits = this.el.dataset;
        const endings = limits.uploadAccept.split(",");
        const megabytes = Number(limits.uploadMegabytes);
        const problems = [];
        if (files.length > Number(limits.uploadMost)) {
            problems.push(_t("Please send at most %s files.", limits.uploadMost));
        }
        for (const file of files) {
            if (!endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
                problems.push(_t("%s has a type that we do not accept.", file.name));
            } else if (file.size > megabytes * 1024 * 1024) {
                problems.push(_t("%s is larger than %s MB.", file.name, megabytes));
            }
        }
        this.fileError = problems.join("\n");
        this.refusedBefore = false;
        this.errorEl.textContent = this.fileError;
        this.showFiles(files);
    }

    showFiles(files) {
        const lines = files.map((file) => {
            const line = document.createElement("li");
            line.textContent = file.name;
            return line;
        });
        this.el.querySelector(".o_delivery_file_list").replaceChildren(...lines);
    }

    onSubmit(ev) {
        if (this.sending || this.fileError) {
            ev.preventDefault();
            if (this.fileError) {
                this.errorEl.scrollIntoView({ block: "center" });
            }
            return;
        }
        this.saveDraft();
        // after the browser has collected the fields: the button carries none of them
        this.sending = true;
    }
}

/** A wish has arrived: its draft has done its duty. */
export class WishDone extends Interaction {
    static selector = ".o_delivery_receipt, .o_delivery_filed";

    setup() {
        const key = this.el.dataset.draftKey;
        if (key) {
            writeDraft(key, null);
        }
    }
}

registry.category("public.interactions").add("customer_delivery.wish_form", WishForm);
registry.category("public.interactions").add("customer_delivery.wish_done", WishDone);
