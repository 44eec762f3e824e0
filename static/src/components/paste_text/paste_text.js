import { onMounted } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { TextField, textField } from "@web/views/fields/text/text_field";

/** A text area whose value is known as soon as something is pasted, not when it is left. */
export class PasteTextField extends TextField {
    setup() {
        super.setup();
        onMounted(() => {
            const area = this.textareaRef.el;
            area?.addEventListener("paste", () => {
                // the text is in the area only after this event
                setTimeout(() => this.commitPasted(), 0);
            });
            area?.focus();
        });
    }

    async commitPasted() {
        const { name, record } = this.props;
        await record.update({ [name]: this.textareaRef.el?.value || false });
    }
}

registry.category("fields").add("paste_text", { ...textField, component: PasteTextField });
