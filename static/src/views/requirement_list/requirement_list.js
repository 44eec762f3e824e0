import { registry } from "@web/core/registry";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/**
 * The list reads in the order of the document, so rows may be dragged although the list is
 * ordered by the outline number, which the server gives anew after each move.
 */
export class RequirementListRenderer extends ListRenderer {
    get canResequenceRows() {
        const { list } = this.props;
        const [order] = list.orderBy;
        if (order?.name === "outline_key" && order.asc && !list.groupBy?.length) {
            return list.canResequence() && !this.props.readonly;
        }
        return super.canResequenceRows;
    }

    async sortDrop() {
        await super.sortDrop(...arguments);
        await this.props.list.load();
    }
}

registry.category("views").add("requirement_list", {
    ...listView,
    Renderer: RequirementListRenderer,
});
