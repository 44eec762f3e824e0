import { registry } from "@web/core/registry";
import { asksAtMost, fitsTheScreen, withinBudget } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");
const text = ".o_delivery_quick_entry textarea[name=text]";

// A verbal change at night, done at once: on a phone, in seven acts.
tours.add("customer_delivery_quick_change", {
    url: "/odoo/customer-delivery-quick-entry",
    steps: () => [
        fitsTheScreen(),
        ...withinBudget(7, [
            { content: "A change", trigger: "[data-kind=change]", run: "click" },
            {
                content: "The project",
                trigger: "#quick_entry_project",
                run: "selectByLabel Project light",
            },
            { content: "What", trigger: text, run: "edit Stop the belt at the open door" },
            {
                content: "Who said it",
                trigger: "#quick_entry_requester",
                run: "selectByIndex 1",
            },
            { content: "How", trigger: "[data-way=site]", run: "click" },
            { content: "Done at once", trigger: "[data-option=is_urgent]", run: "click" },
            { content: "Save", trigger: ".o_delivery_quick_save", run: "click" },
        ]),
        {
            content: "Recorded, with its number",
            trigger: ".o_delivery_quick_sent:contains(CHG-):contains(Stop the belt)",
            run: "click",
        },
        { content: "It waits to be ratified", trigger: "[data-badge=unratified]" },
        { content: "The first block says the terms", trigger: ".o_change_terms" },
        asksAtMost(4),
        fitsTheScreen(),
    ],
});

// From a confirmed requirement to its new version: the staff's part.
tours.add("customer_delivery_change", {
    url: "/odoo/customer-delivery-requirements",
    steps: () => [
        {
            content: "Open the confirmed requirement",
            trigger: ".o_data_row:contains(Print one label) td[name=name]",
            run: "click",
        },
        {
            content: "It is locked; ask for a change",
            trigger: ".alert-info button[name=action_start_change]",
            run: "click",
        },
        { content: "The change has the requirement", trigger: ".o_data_row:contains(Print one label)" },
        asksAtMost(4),
        {
            content: "The reason",
            trigger: ".o_field_widget[name=reason] .odoo-editor-editable",
            run: "editor Two products on one line",
        },
        {
            content: "The content",
            trigger: ".o_field_widget[name=content] .odoo-editor-editable",
            run: "editor A label for each of them",
        },
        {
            content: "Open the line",
            trigger: ".o_field_widget[name=line_ids] .o_data_row td[name=summary]",
            run: "click",
        },
        {
            content: "Propose another title beside the present one",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Print two labels",
        },
        { content: "Keep it", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "The dialog is closed", trigger: "body:not(:has(.modal))" },
        { content: "Submit", trigger: ".o_change_submit", run: "click" },
        {
            content: "Before and after",
            trigger: ".o_field_widget[name=redline] ins:contains(two)",
        },
        { content: "The assessment", trigger: ".nav-link[name=impact]", run: "click" },
        { content: "No impact on the rest", trigger: ".o_change_no_impact", run: "click" },
        {
            content: "All five are assessed",
            trigger: ".o_field_widget[name=assessed_count]:contains(5)",
        },
    ],
});

// Once approved: put into effect, carried out.
tours.add("customer_delivery_change_apply", {
    url: "/odoo/customer-delivery-changes",
    steps: () => [
        {
            content: "Open the approved change",
            trigger: ".o_data_row:contains(CHG-) td[name=name]",
            run: "click",
        },
        { content: "Put it into effect", trigger: ".o_change_apply", run: "click" },
        { content: "Yes", trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "It is in effect", trigger: "[data-badge=applied]" },
        { content: "Carried out", trigger: ".o_change_finish", run: "click" },
        { content: "Another person verifies", trigger: ".o_change_close" },
    ],
});
