import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * What can be recorded on the phone. Each kind names the model whose `action_quick_entry`
 * takes it; `options` are switches of its own, sent under their names.
 */
export const kinds = registry.category("customer_delivery.quick_entry_kinds");

kinds.add("requirement", {
    model: "project.requirement",
    label: _t("Requirement"),
    icon: "fa-list-ol",
    placeholder: _t("What does the customer need? The first line becomes the title."),
    empty: _t("Please write what the customer needs."),
    allowsPool: true,
    options: [],
});

/** The kind of this name; entries kept from before there were kinds are requirements. */
export function getKind(name) {
    return kinds.get(name || "requirement");
}
