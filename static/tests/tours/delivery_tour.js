import { registry } from "@web/core/registry";
import { asksAtMost, fitsTheScreen, listsRows, paste, withinBudget } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");

const TEN_LINES = [
    "1. Print a label for every pallet\tmust",
    "2. Show the stock on the phone\tshould",
    "3. Send the delivery note by mail\tmust",
    "4. Count stock without stopping the line\tlater",
    "5. Log every change of stock\tmust",
    "6. Export the month as a table\tshould",
    "7. Forecast the demand\tlater",
    "8. Lock a location\tmust",
    "9. Undo the last scan",
    "10. Translate labels into English",
].join("\n");

const openProject = (name) => ({
    content: `Open ${name}`,
    trigger: `.o_kanban_record:contains(${name})`,
    run: "click",
});
const enableLight = [
    {
        content: "Choose light",
        trigger: ".o_delivery_mode_card:contains(Light) button",
        run: "click",
    },
    { content: "Delivery is on", trigger: ".o_delivery_tab .o_delivery_steps" },
];
const pasteTen = [
    { content: "Paste a list", trigger: "button[name=action_open_requirement_paste]", run: "click" },
    paste(".modal .o_requirement_paste_text textarea", TEN_LINES),
];

// From a bare project to ten requirements: enable, paste, create.
tours.add("customer_delivery_first_minutes", {
    url: "/odoo/customer-delivery-projects",
    steps: () => [
        ...withinBudget(6, [
            openProject("Project off"),
            ...enableLight,
            ...pasteTen,
            {
                content: "Ten lines are shown before anything is made",
                trigger: ".modal .o_data_row:nth-of-type(10):contains(Translate labels)",
            },
            {
                content: "The class is recognised",
                trigger: ".modal .o_data_row:first .o_data_cell[name=priority_id]:contains(Must)",
            },
            { content: "Create", trigger: ".modal button[name=action_create]", run: "click" },
            {
                content: "Ten requirements are listed in order",
                trigger: ".o_list_view .o_data_row:eq(9):contains(Translate labels)",
            },
        ]),
        // classify the two that are left, both at once
        ...withinBudget(5, [
            {
                content: "Choose one",
                trigger: ".o_data_row:eq(8) .o_list_record_selector input",
                run: "click",
            },
            {
                content: "Choose the other",
                trigger: ".o_data_row:eq(9) .o_list_record_selector input",
                run: "click",
            },
            {
                content: "Press the class of one",
                trigger: ".o_data_row:eq(9) .o_data_cell[name=priority_id]",
                run: "click",
            },
            {
                content: "Choose should",
                trigger: ".o_data_row:eq(9) .o_data_cell[name=priority_id] input",
                run: "click",
            },
            {
                content: "Should",
                trigger: ".o-autocomplete--dropdown-item:contains(Should) a",
                run: "click",
            },
        ]),
        {
            content: "Confirm for both",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Both are classified",
            trigger: ".o_data_row:eq(8) .o_data_cell[name=priority_id]:contains(Should)",
        },
        {
            content: "Drop the choice of one",
            trigger: ".o_data_row:eq(8) .o_list_record_selector input",
            run: "click",
        },
        {
            content: "And of the other",
            trigger: ".o_data_row:eq(9) .o_list_record_selector input",
            run: "click",
        },
        // one under the other, typed
        ...withinBudget(2, [
            { content: "New line", trigger: ".o_list_button_add", run: "click" },
            {
                content: "Type the title",
                trigger: ".o_selected_row .o_data_cell[name=name] textarea, .o_selected_row .o_data_cell[name=name] input",
                run: "edit Typed below the others",
            },
        ]),
        { content: "Save", trigger: ".o_list_button_save", run: "click" },
        {
            content: "It has a number of its own",
            trigger: ".o_data_row:eq(10):contains(Typed below):contains(REQ-)",
        },
        { content: "Back to the project", trigger: ".breadcrumb-item.o_back_button a", run: "click" },
        // the wish form
        ...withinBudget(3, [
            {
                content: "Wish form",
                trigger: "button[name=action_open_delivery_share]",
                run: "click",
            },
            { content: "The code is shown", trigger: ".modal .o_delivery_share_qr img" },
            {
                content: "And the text",
                trigger: ".modal [name=message] textarea",
                run() {
                    if (!this.anchor.value.includes("/delivery/wish/")) {
                        throw new Error("The text for a chat has no link");
                    }
                },
            },
            {
                content: "To whom",
                trigger: ".modal [name=sent_to] input",
                run: "edit Ms Li",
            },
            {
                content: "Mark as sent",
                trigger: ".modal button[name=action_mark_sent]",
                run: "click",
            },
        ]),
        { content: "Closed", trigger: "body:not(:has(.modal))" },
    ],
});

// On a phone: two presses to delivery, three to ten requirements.
tours.add("customer_delivery_phone", {
    url: "/odoo/customer-delivery-projects",
    steps: () => [
        ...withinBudget(6, [
            openProject("Project off"),
            ...enableLight,
            fitsTheScreen(),
            ...pasteTen,
            {
                content: "Ten cards are shown before anything is made",
                trigger: ".modal .o_kanban_record:contains(Translate labels)",
            },
            { content: "Create", trigger: ".modal button[name=action_create]", run: "click" },
        ]),
        {
            content: "Cards of requirements",
            trigger: "body:not(:has(.modal)) .o_kanban_group .o_kanban_record:contains(Undo the last scan)",
        },
        fitsTheScreen(),
        // classify one
        ...withinBudget(3, [
            {
                content: "Open the wish without a class",
                trigger: ".o_kanban_group .o_kanban_record:contains(Undo the last scan)",
                run: "click",
            },
            { content: "Its form is open", trigger: ".o_form_view" },
            asksAtMost(4),
            {
                content: "One press gives the class",
                trigger: ".o_field_widget[name=priority_id] .o_selection_badge:contains(Must)",
                run: "click",
            },
            { content: "Keep it", trigger: ".o_form_button_save", run: "click" },
        ]),
        {
            content: "Only the customer confirms",
            trigger: ".o_form_saved:not(:has(.o_requirement_next:visible))",
        },
        fitsTheScreen(),
    ],
});

const text = ".o_delivery_quick_entry textarea[name=text]";

// A wish told on the shop floor: text, who, how, save.
tours.add("customer_delivery_quick_entry", {
    url: "/odoo/customer-delivery-quick-entry",
    steps: () => [
        fitsTheScreen(),
        ...withinBudget(5, [
            {
                content: "The project",
                trigger: "#quick_entry_project",
                run: "selectByLabel Project light",
            },
            { content: "What", trigger: text, run: "edit Bigger letters on the label" },
            {
                content: "Who said it",
                trigger: "#quick_entry_requester",
                run: "selectByIndex 1",
            },
            { content: "How", trigger: "[data-way=site]", run: "click" },
            { content: "Save", trigger: ".o_delivery_quick_save", run: "click" },
        ]),
        {
            content: "Recorded, with its number",
            trigger: ".o_delivery_quick_sent:contains(REQ-):contains(Bigger letters)",
            run: "click",
        },
        {
            content: "The badge says that we wrote it down",
            trigger: ".o_requirement_badges [data-badge=recorded]",
        },
    ],
});

// No network: kept, kept over a reload, sent once.
tours.add("customer_delivery_offline", {
    url: "/odoo/customer-delivery-quick-entry",
    steps: () => [
        {
            content: "The line is cut",
            trigger: text,
            run() {
                const { open } = XMLHttpRequest.prototype;
                XMLHttpRequest.prototype.open = function (method, url) {
                    if (url.includes("action_quick_entry")) {
                        this.send = () => this.dispatchEvent(new ProgressEvent("error"));
                    }
                    return open.apply(this, arguments);
                };
            },
        },
        { content: "What", trigger: text, run: "edit Said without a network" },
        { content: "Save", trigger: ".o_delivery_quick_save", run: "click" },
        {
            content: "It waits",
            trigger: ".o_delivery_quick_waiting:contains(Said without a network)",
        },
        {
            content: "The page is loaded anew, with a network",
            trigger: ".o_delivery_quick_entry",
            run: () => window.location.reload(),
            expectUnloadPage: true,
        },
        {
            content: "It was sent",
            trigger: ".o_delivery_quick_sent:contains(Said without a network)",
        },
        {
            content: "Nothing waits any more",
            trigger: ".o_delivery_quick_entry:not(:has(.o_delivery_quick_waiting))",
        },
    ],
});

// The board: what is worst comes first, and its numbers open lists.
tours.add("customer_delivery_board", {
    url: "/odoo/customer-delivery-board",
    steps: () => [
        {
            content: "The project in trouble is first",
            trigger: ".o_data_row:first:contains(Project of B)",
        },
        {
            content: "Press its number of requirements",
            trigger: ".o_data_row:first [name=confirmed_count] .o_delivery_number:contains(1 / 1)",
            run: "click",
        },
        listsRows(1, ".o_list_view .o_data_row:contains(Promised)"),
        { content: "Back", trigger: ".breadcrumb-item.o_back_button a", run: "click" },
        {
            content: "Press a tile",
            trigger: ".o_delivery_tile[data-tile=troubled]:contains(1)",
            run: "click",
        },
        {
            content: "The board of the troubled projects",
            trigger: ".o_last_breadcrumb_item:contains(Projects at risk or late)",
        },
        { content: "Open the project", trigger: ".o_data_row:first .o_data_cell[name=project_id]", run: "click" },
        { content: "Its tab is open", trigger: ".o_delivery_tab" },
    ],
});

const openPack = () => [
    { content: "The tab", trigger: "a[name=delivery]", run: "click" },
    {
        content: "The last step",
        trigger: "button.o_delivery_step[name=action_open_closing_pack]",
        run: "click",
    },
];

// Closing a project: one press asks for the pack.
tours.add("customer_delivery_close_out", {
    steps: () => [
        ...withinBudget(2, openPack()),
        { content: "It is being made", trigger: ".o_form_view .alert-info .o_progressbar" },
        { content: "Its contents are listed", trigger: ".o_kanban_record:contains(Requirement Confirmation)" },
        fitsTheScreen(),
    ],
});

// It is ready: the customer may have his copy.
tours.add("customer_delivery_close_out_publish", {
    steps: () => [
        ...openPack(),
        { content: "It can be downloaded", trigger: "button[name=action_download]" },
        { content: "More", trigger: ".o_statusbar_buttons .o-dropdown, .o_statusbar_buttons .dropdown-toggle", run: "click" },
        { content: "Publish", trigger: "button[name=action_publish]", run: "click" },
        { content: "Yes", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "Published", trigger: ".ribbon:contains(Published)" },
        fitsTheScreen(),
    ],
});

// The customer finds it beside what he has signed.
tours.add("customer_delivery_close_out_portal", {
    steps: () => [
        {
            content: "Documents",
            trigger: "a[href='/my/delivery/documents']",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "The archive", trigger: ".o_delivery_kept a[href*='/my/delivery/closing/']:contains(close-out pack)" },
        fitsTheScreen(),
    ],
});
