import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { getKind, kinds } from "./kinds";
import { shrinkPhoto } from "./photo";

const LAST_KIND = "customer_delivery.quick_entry.kind";
const LAST_PROJECT = "customer_delivery.quick_entry.project";
const KNOWN_PROJECTS = "customer_delivery.quick_entry.projects";

/** Screen for people on site: one text, a photo, who said it; works without a network. */
export class QuickEntry extends Component {
    static template = "customer_delivery.QuickEntry";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.outbox = useState(useService("delivery_outbox"));
        this.textRef = useRef("text");
        this.state = useState({
            projects: [],
            ways: [],
            kind: browser.localStorage.getItem(LAST_KIND) || "requirement",
            projectId: Number(browser.localStorage.getItem(LAST_PROJECT)) || 0,
            ...this.emptyEntry,
        });
        if (!kinds.contains(this.state.kind)) {
            this.state.kind = "requirement";
        }
        onWillStart(async () => {
            await Promise.all([this.loadProjects(), this.outbox.ready]);
        });
        onMounted(() => this.textRef.el?.focus());
    }

    get emptyEntry() {
        return { text: "", requesterId: 0, saidVia: "", photos: [], options: {} };
    }

    get kinds() {
        return kinds.getEntries().map(([key, kind]) => ({ key, ...kind }));
    }

    get kind() {
        return getKind(this.state.kind);
    }

    get project() {
        return this.state.projects.find((project) => project.id === this.state.projectId);
    }

    get people() {
        return this.project?.people || [];
    }

    async loadProjects() {
        let known;
        try {
            known = await this.orm.silent.call("project.requirement", "get_quick_entry_data", []);
            browser.localStorage.setItem(KNOWN_PROJECTS, JSON.stringify(known));
        } catch {
            // without a network: what was known last time
            known = JSON.parse(browser.localStorage.getItem(KNOWN_PROJECTS) || "{}");
        }
        this.state.projects = known.projects || [];
        this.state.ways = known.ways || [];
        if (!this.project) {
            this.state.projectId = this.state.projects[0]?.id || 0;
        }
        this.leavePool();
    }

    onKind(key) {
        this.state.kind = key;
        this.state.options = {};
        browser.localStorage.setItem(LAST_KIND, key);
        this.leavePool();
        this.textRef.el?.focus();
    }

    /** Choose a project where the pool is not offered. */
    leavePool() {
        if (!this.state.projectId && !this.kind.allowsPool) {
            this.state.projectId = this.state.projects[0]?.id || 0;
        }
    }

    toggleOption(name) {
        this.state.options[name] = !this.state.options[name];
    }

    onProject(ev) {
        this.state.projectId = Number(ev.target.value);
        this.state.requesterId = 0;
        browser.localStorage.setItem(LAST_PROJECT, this.state.projectId);
    }

    toggleWay(way) {
        this.state.saidVia = this.state.saidVia === way ? "" : way;
    }

    async onPhotos(ev) {
        for (const file of ev.target.files) {
            try {
                this.state.photos.push(await shrinkPhoto(file));
            } catch {
                this.notification.add(_t("%s is not a picture.", file.name), { type: "warning" });
            }
        }
        ev.target.value = "";
    }

    removePhoto(index) {
        this.state.photos.splice(index, 1);
    }

    async save() {
        const { kind, text, projectId, requesterId, saidVia, photos, options } = this.state;
        if (!text.trim()) {
            this.notification.add(this.kind.empty.toString(), { type: "warning" });
            this.textRef.el?.focus();
            return;
        }
        const values = {
            text: text.trim(),
            project_id: projectId || false,
            requester_id: requesterId || false,
            said_via: saidVia || false,
            images: photos.map(({ name, datas }) => ({ name, datas })),
            ...options,
        };
        Object.assign(this.state, this.emptyEntry);
        this.textRef.el?.focus();
        const entry = await this.outbox.add(values, kind);
        const isWaiting = this.outbox.entries.some((other) => other.key === entry.key);
        if (isWaiting && !entry.error) {
            this.notification.add(_t("Kept on this device. It is sent when you are connected."), {
                type: "info",
            });
        }
    }

    /** Put a refused entry back into the screen, to be corrected. */
    async edit(entry) {
        const { text, project_id, requester_id, said_via, images, ...options } = entry.values;
        Object.assign(this.state, {
            kind: entry.kind || "requirement",
            options,
            text,
            projectId: project_id || 0,
            requesterId: requester_id || 0,
            saidVia: said_via || "",
            photos: images.map((image) => ({
                ...image,
                url: `data:image/jpeg;base64,${image.datas}`,
            })),
        });
        await this.outbox.drop(entry);
    }

    open(sent) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: getKind(sent.kind).model,
            res_id: sent.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("customer_delivery.quick_entry", QuickEntry);
