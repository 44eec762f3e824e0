import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";
import { reactive } from "@odoo/owl";
import { SignaturePad } from "./signature_pad";

/**
 * Puts a field to sign in on a page, and keeps the form back that lacks its signature.
 *
 *     <div class="o_delivery_signature_pad" data-name="signature" data-label="..."
 *         data-required="1"/>
 *
 * The hidden input of that name holds the picture as a data URL, or nothing while what is drawn
 * is no signature. Each change is told by a bubbling event `delivery-signature`, whose detail
 * says `isSigned`, so that a page can offer its button only then.
 */
export class SignaturePadInteraction extends Interaction {
    static selector = ".o_delivery_signature_pad";

    setup() {
        const { name, label } = this.el.dataset;
        this.problem = "empty";
        this.refusal = reactive({ isShown: false });
        this.padProps = {
            inputName: name || "signature",
            label,
            refusal: this.refusal,
            onChange: this.onChange.bind(this),
        };
    }

    start() {
        this.mountComponent(this.el, SignaturePad, this.padProps);
        const form = this.el.closest("form");
        if (form && this.el.dataset.required) {
            // before any listener that would send the form
            this.addListener(form, "submit", this.onSubmit, { capture: true });
        }
    }

    onChange({ problem }) {
        this.problem = problem;
        this.el.dispatchEvent(
            new CustomEvent("delivery-signature", {
                bubbles: true,
                detail: { isSigned: !problem },
            })
        );
    }

    onSubmit(ev) {
        // a button that declines or asks something needs no signature
        if (!this.problem || ev.submitter?.hasAttribute("formnovalidate")) {
            return;
        }
        ev.preventDefault();
        ev.stopImmediatePropagation();
        this.refusal.isShown = true;
        this.el.scrollIntoView({ behavior: "smooth", block: "center" });
    }
}

registry
    .category("public.interactions")
    .add("customer_delivery.signature_pad", SignaturePadInteraction);
