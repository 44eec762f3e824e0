import { Interaction } from "@web/public/interaction";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * The page on which a customer reads and answers.
 *
 * It sends the form without leaving, so that a refusal or a dead network loses nothing of what was
 * typed or drawn, and tells the server that somebody looks at it: opening a link alone tells
 * nothing, programs open links too.
 */
export class SignPage extends Interaction {
    static selector = ".o_delivery_sign_form";
    dynamicContent = {
        _root: { "t-on-submit.prevent": this.locked(this.onSubmit) },
        "button[type=submit]": { "t-att-disabled": () => this.sending },
        "input[name=printed_name]": { "t-on-input": () => {} },
        ".o_delivery_other_name": {
            "t-att-class": () => ({ "d-none": !this.isOtherName }),
        },
    };

    setup() {
        this.sending = false;
        this.nameEl = this.el.querySelector("input[name=printed_name]");
        this.errorEl = this.el.parentElement.querySelector(".o_delivery_sign_error");
        this.goEl = document.querySelector(".o_delivery_sign_go");
    }

    start() {
        this.tellSeen();
        if (this.goEl && "IntersectionObserver" in window) {
            const observer = new IntersectionObserver(([entry]) => {
                const passed = entry.isIntersecting || entry.boundingClientRect.top < 0;
                this.goEl.classList.toggle("o_delivery_reached", passed);
            });
            observer.observe(this.el);
            this.registerCleanup(() => observer.disconnect());
        }
    }

    get isOtherName() {
        const name = this.nameEl.value.trim();
        return Boolean(name) && name !== this.nameEl.dataset.known.trim();
    }

    /** A lost notice is no harm: answering says the same. */
    tellSeen() {
        const url = this.el.dataset.seen;
        if (url) {
            const body = new FormData();
            body.append("csrf_token", this.el.querySelector("[name=csrf_token]").value);
            fetch(url, { method: "POST", body }).catch(() => {});
        }
    }

    async onSubmit(ev) {
        const body = new FormData(this.el);
        const button = ev.submitter || this.el.querySelector("button[value=approve]");
        body.append(button.name, button.value);
        this.sending = true;
        this.updateContent();
        try {
            const response = await this.waitFor(
                fetch(this.el.getAttribute("action"), { method: "POST", body })
            );
            if (response.redirected && response.ok) {
                window.location.assign(response.url);
                return;
            }
            const page = new DOMParser().parseFromString(
                await this.waitFor(response.text()),
                "text/html"
            );
            const error = page.querySelector(".o_delivery_sign_error");
            this.refuse(
                error?.textContent.trim() || _t("This did not work. Please open the page again.")
            );
        } catch {
            this.refuse(_t("No connection. Nothing was sent, and nothing is lost: please try again."));
        }
        this.sending = false;
        this.updateContent();
    }

    refuse(message) {
        this.errorEl.textContent = message;
        this.errorEl.classList.remove("d-none");
        this.errorEl.scrollIntoView({ behavior: "smooth", block: "center" });
    }
}

/** Our device in the customer's hands: the page stays until somebody of ours ends it. */
export class DevicePage extends Interaction {
    static selector = ".o_delivery_sign[data-method=device]";
    dynamicContent = {
        ".o_delivery_device_exit": { "t-on-click": this.onExit },
        _window: { "t-on-popstate": this.onBack },
    };

    start() {
        // the way back leads to this page again
        window.history.pushState({ delivery: "device" }, "");
    }

    onBack() {
        window.history.pushState({ delivery: "device" }, "");
    }

    onExit(ev) {
        if (!window.confirm(_t("End signing and go back to our screens?"))) {
            ev.preventDefault();
        }
    }
}

const interactions = registry.category("public.interactions");
interactions.add("customer_delivery.sign_page", SignPage);
interactions.add("customer_delivery.device_page", DevicePage);
