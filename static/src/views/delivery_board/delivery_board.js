import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** What needs attention today, each figure opening its list. */
export class DeliveryBoardTiles extends Component {
    static template = "customer_delivery.DeliveryBoardTiles";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ tiles: [] });
        onWillStart(async () => {
            this.state.tiles = await this.orm.call("delivery.board", "get_tiles", []);
        });
    }

    async open(tile) {
        const action = await this.orm.call("delivery.board", "action_open_tile", [tile.key]);
        await this.action.doAction(action);
    }
}

export class DeliveryBoardListRenderer extends ListRenderer {
    static template = "customer_delivery.DeliveryBoardListRenderer";
    static components = { ...ListRenderer.components, DeliveryBoardTiles };
}

export class DeliveryBoardKanbanRenderer extends KanbanRenderer {
    static template = "customer_delivery.DeliveryBoardKanbanRenderer";
    static components = { ...KanbanRenderer.components, DeliveryBoardTiles };
}

registry.category("views").add("delivery_board_list", {
    ...listView,
    Renderer: DeliveryBoardListRenderer,
});
registry.category("views").add("delivery_board_kanban", {
    ...kanbanView,
    Renderer: DeliveryBoardKanbanRenderer,
});
