import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { shrinkPhoto } from "./photo";

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
            projectId: Number(browser.localStorage.getItem(LAST_PROJECT)) || 0,
            ...this.emptyEntry,
        });
        onWillStart(async () => {
            await Promise.all([this.loadProjects(), this.outbox.ready]);
        });
        onMounted(() => this.textRef.el?.focus());
    }

    get emptyEntry() {
        return { text: "", requesterId: 0, saidVia: "", photos: [] };
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
        const { text, projectId, requesterId, saidVia, photos } = this.state;
        if (!text.trim()) {
            this.notification.add(_t("Please write what the customer needs."), {
                type: "warning",
            });
            this.textRef.el?.focus();
            return;
        }
        const values = {
            text: text.trim(),
            project_id: projectId || false,
            requester_id: requesterId || false,
            said_via: saidVia || false,
            images: photos.map(({ name, datas }) => ({ name, datas })),
        };
        Object.assign(this.state, this.emptyEntry);
        this.textRef.el?.focus();
        const entry = await this.outbox.add(values);
        const isWaiting = this.outbox.entries.some((other) => other.key === entry.key);
        if (isWaiting && !entry.error) {
            this.notification.add(_t("Kept on this device. It is sent when you are connected."), {
                type: "info",
            });
        }
    }

    /** Put a refused entry back into the screen, to be corrected. */
    async edit(entry) {
        const { text, project_id, requester_id, said_via, images } = entry.values;
        Object.assign(this.state, {
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
            res_model: "project.requirement",
            res_id: sent.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("customer_delivery.quick_entry", QuickEntry);
