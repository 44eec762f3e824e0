import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The badges of a requirement, the same in every view: touched by an open change, changed after
 * the customer confirmed it, where it came from when it is not ours, taken over from an earlier list.
 */
export class RequirementBadges extends Component {
    static template = "customer_delivery.RequirementBadges";
    static props = { ...standardWidgetProps };

    get badges() {
        const { changed_after_agreement, open_change_count, origin, taken_over } =
            this.props.record.data;
        const badges = [];
        if (open_change_count) {
            badges.push({
                key: "changing",
                text: _t("Being changed"),
                className: "text-bg-warning",
                icon: "fa-random",
            });
        }
        if (changed_after_agreement) {
            badges.push({
                key: "changed",
                text: _t("Changed after confirmation"),
                className: "text-bg-warning",
                icon: "fa-pencil",
            });
        }
        if (["portal", "form", "email"].includes(origin)) {
            badges.push({
                key: "customer",
                text: _t("From customer"),
                className: "text-bg-info",
                icon: "fa-user",
            });
        } else if (origin === "recorded") {
            badges.push({
                key: "recorded",
                text: _t("Recorded for customer"),
                className: "o_badge_recorded border",
                icon: "fa-microphone",
            });
        }
        if (taken_over) {
            badges.push({
                key: "taken_over",
                text: _t("Taken over"),
                className: "text-bg-light border",
                icon: "fa-history",
            });
        }
        return badges;
    }
}

export const requirementBadges = {
    component: RequirementBadges,
    fieldDependencies: [
        { name: "changed_after_agreement", type: "boolean" },
        { name: "open_change_count", type: "integer" },
        { name: "origin", type: "selection" },
        { name: "taken_over", type: "boolean" },
    ],
};

registry.category("view_widgets").add("requirement_badges", requirementBadges);
