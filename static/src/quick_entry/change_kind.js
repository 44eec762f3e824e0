import { _t } from "@web/core/l10n/translation";
import { kinds } from "./kinds";

kinds.add("change", {
    model: "project.change",
    label: _t("Change"),
    icon: "fa-random",
    placeholder: _t("What shall be different? The first line becomes the title."),
    empty: _t("Please write what shall be different."),
    allowsPool: false,
    options: [{ name: "is_urgent", label: _t("Done at once, approved later") }],
});
