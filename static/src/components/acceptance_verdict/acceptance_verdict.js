import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { VERDICTS } from "../../acceptance_walk/acceptance_walk";

const SIDES = { check_verdict: "check", customer_verdict: "customer" };
// where a side may answer; the server judges it again
const OPEN = { check: ["draft", "self_check", "customer"], customer: ["customer"] };

/** The verdict of one side in a list: what was answered, and where it is possible, buttons. */
export class AcceptanceVerdict extends Component {
    static template = "customer_delivery.AcceptanceVerdict";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
    }

    get verdicts() {
        return Object.entries(VERDICTS).map(([key, look]) => ({ key, ...look }));
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    get side() {
        return SIDES[this.props.name];
    }

    get label() {
        const options = this.props.record.fields[this.props.name].selection;
        return Object.fromEntries(options)[this.value] || "";
    }

    get look() {
        return VERDICTS[this.value];
    }

    /** Figures, choices and scores are entered in the walk, where there is room for them. */
    get isOpen() {
        const { acceptance_state, kind, superseded, waived } = this.props.record.data;
        return (
            this.props.record.resId &&
            ["pass", "text"].includes(kind) &&
            !superseded &&
            !waived &&
            OPEN[this.side].includes(acceptance_state)
        );
    }

    titleOf(verdict) {
        return { pass: _t("Passed"), fail: _t("Failed"), na: _t("Not applicable") }[verdict];
    }

    async answer(verdict) {
        const { record, name } = this.props;
        if (record.data[name] === verdict) {
            return;
        }
        const outcome = await this.orm.call(
            "project.acceptance.item",
            "action_record_verdict",
            [record.resId],
            { side: this.side, verdict, expected_rev: record.data[`${this.side}_rev`] }
        );
        if (outcome.status === "conflict") {
            this.notification.add(_t("Somebody has answered meanwhile. Please look again."), {
                type: "warning",
            });
        }
        // the rest of the form counts it too
        await record.model.root.load();
    }
}

registry.category("fields").add("acceptance_verdict", {
    component: AcceptanceVerdict,
    supportedTypes: ["selection"],
    fieldDependencies: [
        { name: "acceptance_state", type: "selection" },
        { name: "kind", type: "selection" },
        { name: "superseded", type: "boolean" },
        { name: "waived", type: "boolean" },
        { name: "check_rev", type: "integer" },
        { name: "customer_rev", type: "integer" },
    ],
});
