import { Component, onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

function useDeliveryModes(component) {
    const orm = useService("orm");
    onWillStart(async () => {
        component.modes = await orm.searchRead("delivery.mode", [], ["name", "description"]);
    });
}

/** The delivery modes as cards, one sentence each; in a dialog one of them is chosen. */
export class DeliveryModeCardsField extends Component {
    static template = "customer_delivery.DeliveryModeCardsField";
    static props = { ...standardFieldProps };

    setup() {
        useDeliveryModes(this);
    }

    isChosen(mode) {
        return this.props.record.data[this.props.name].id === mode.id;
    }

    choose(mode) {
        if (!this.props.readonly) {
            this.props.record.update({
                [this.props.name]: { id: mode.id, display_name: mode.name },
            });
        }
    }
}

registry.category("fields").add("delivery_mode_cards", {
    component: DeliveryModeCardsField,
    supportedTypes: ["many2one"],
});

/** The same cards on a project without delivery: each has the button that switches it on. */
export class DeliveryModeChooser extends Component {
    static template = "customer_delivery.DeliveryModeChooser";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        useDeliveryModes(this);
    }

    async choose(mode) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const dialog = await this.orm.call("project.project", "action_choose_delivery_mode", [
            record.resId,
            mode.id,
        ]);
        if (dialog) {
            await this.action.doAction(dialog, { onClose: () => record.load() });
        } else {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("delivery_mode_chooser", {
    component: DeliveryModeChooser,
});
