import { registry } from "@web/core/registry";

const TEN_LINES = [
    "Print the label when the order is scanned\tmust",
    "Item number and quantity on the label\tmust",
    "Reprint, and note who did it\tshould",
    "Works without network\tmust",
    "QR code on the label\tlater",
    "扫码入库\t必须实现",
    "导出月报\t希望实现",
    "Two printers in the packing room\tshould",
    "Label in English for export\tshould",
    "Count the labels printed\tlater",
].join("\n");

// Budget: what a project manager clicks and fills from a project without delivery to the
// QR code of its wish form, the pasted list included.
const BUDGET = { clicks: 6, fields: 1 };

/** Counts what a person does, so that a longer way fails the tour. */
const done = { clicks: 0, fields: 0 };
const click = (trigger, more = {}) => ({
    trigger,
    async run({ click }) {
        done.clicks += 1;
        await click();
    },
    ...more,
});

registry.category("web_tour.tours").add("delivery_end_to_end_staff", {
    steps: () => [
        click(".o_notebook .nav-link[name=delivery]"),
        click(".o_delivery_mode_card:contains(Light) button"),
        click("button[name=action_open_requirement_paste]"),
        {
            trigger: ".modal textarea",
            async run({ anchor, edit }) {
                done.fields += 1;
                await edit(TEN_LINES);
                anchor.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
            },
        },
        click(".modal button[name=action_create]"),
        {
            content: "ten lines are ten requirements, with their classes",
            trigger: ".o_data_row:nth-child(10) [name=name]:contains(Count the labels printed)",
        },
        { trigger: ".o_data_row:nth-child(6) [name=priority_id]:contains(Must)" },
        click(".breadcrumb-item a:contains(Label printing)"),
        click("button[name=action_open_delivery_share]"),
        { trigger: ".modal .o_delivery_share_qr img" },
        {
            trigger: ".modal [name=link]:contains('/delivery/wish/')",
            run() {
                for (const [kind, limit] of Object.entries(BUDGET)) {
                    if (done[kind] > limit) {
                        throw new Error(`${done[kind]} ${kind}, the budget is ${limit}`);
                    }
                }
            },
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
    ],
});

// Budget of the customer: one text, who he is, and one tap.
registry.category("web_tour.tours").add("delivery_end_to_end_customer", {
    steps: () => [
        {
            trigger: ".o_delivery_wish_form textarea[name=text]",
            run: "edit Weigh the box before the label is printed",
        },
        { trigger: "input[name=name]", run: "edit Chen Jianguo" },
        { trigger: "input[name=contact]", run: "edit 136 0769 0005" },
        { trigger: ".o_delivery_send", run: "click", expectUnloadPage: true },
        { trigger: ".o_delivery_number:contains('REQ-')" },
    ],
});

registry.category("web_tour.tours").add("delivery_end_to_end_classify", {
    steps: () => [
        {
            content: "the wish stands at the end of the list, without a class",
            trigger: ".o_data_row:nth-child(11) [name=name]:contains(Weigh the box)",
        },
        { trigger: ".o_data_row:nth-child(11) .o_list_record_selector input", run: "click" },
        { trigger: ".o_data_row:nth-child(11) .o_data_cell[name=priority_id]", run: "click" },
        { trigger: ".o_field_widget[name=priority_id] input", run: "edit Must" },
        { trigger: ".o-autocomplete--dropdown-item:contains(Must)", run: "click" },
        { trigger: ".o_data_row:nth-child(11) [name=priority_id]:contains(Must)" },
    ],
});
