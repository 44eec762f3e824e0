import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** What one has to know of a change at first sight, the same in every view. */
export class ChangeBadges extends Component {
    static template = "customer_delivery.ChangeBadges";
    static props = { ...standardWidgetProps };

    get badges() {
        const data = this.props.record.data;
        const badges = [];
        if (data.is_ratify_overdue) {
            badges.push({
                key: "overdue",
                text: _t("Ratification overdue"),
                className: "text-bg-danger",
                icon: "fa-exclamation-triangle",
            });
        } else if (data.is_unratified) {
            badges.push({
                key: "unratified",
                text: _t("Not ratified"),
                className: "text-bg-warning",
                icon: "fa-bolt",
            });
        }
        if (data.is_decide_overdue) {
            badges.push({
                key: "undecided",
                text: _t("Decision overdue"),
                className: "text-bg-danger",
                icon: "fa-clock-o",
            });
        }
        if (data.date_applied) {
            badges.push({
                key: "applied",
                text: _t("In effect"),
                className: "text-bg-success",
                icon: "fa-check",
            });
        } else if (["approved", "conditional"].includes(data.decision)) {
            badges.push({
                key: "approved",
                text: _t("Approved, not in effect"),
                className: "text-bg-warning",
                icon: "fa-hourglass-half",
            });
        }
        if (data.billing === "free") {
            badges.push({
                key: "free",
                text: _t("Free of charge"),
                className: "text-bg-light border",
                icon: "fa-gift",
            });
        }
        if (data.has_conflict) {
            badges.push({
                key: "conflict",
                text: _t("Conflict"),
                className: "text-bg-warning",
                icon: "fa-random",
            });
        }
        if (data.origin === "portal") {
            badges.push({
                key: "customer",
                text: _t("From customer"),
                className: "text-bg-info",
                icon: "fa-user",
            });
        } else if (data.origin === "recorded") {
            badges.push({
                key: "recorded",
                text: _t("Recorded for customer"),
                className: "o_badge_recorded border",
                icon: "fa-microphone",
            });
        }
        return badges;
    }
}

export const changeBadges = {
    component: ChangeBadges,
    fieldDependencies: [
        { name: "billing", type: "selection" },
        { name: "date_applied", type: "datetime" },
        { name: "decision", type: "selection" },
        { name: "has_conflict", type: "boolean" },
        { name: "is_decide_overdue", type: "boolean" },
        { name: "is_ratify_overdue", type: "boolean" },
        { name: "is_unratified", type: "boolean" },
        { name: "origin", type: "selection" },
    ],
};

registry.category("view_widgets").add("change_badges", changeBadges);
