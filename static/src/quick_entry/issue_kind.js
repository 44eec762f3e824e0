import { _t } from "@web/core/l10n/translation";
import { kinds } from "./kinds";

kinds.add("issue", {
    model: "project.acceptance.issue",
    label: _t("Issue"),
    icon: "fa-exclamation-triangle",
    placeholder: _t("What is wrong, and where?"),
    empty: _t("Please write what is wrong."),
    allowsPool: false,
    options: [{ name: "is_serious", label: _t("Serious: work cannot go on with it") }],
});
