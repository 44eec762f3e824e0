import { registry } from "@web/core/registry";
import { fitsTheScreen, withinBudget } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");
const row = ".o_my_work_section[data-section=approve] .o_my_work_row:contains(Project standard)";

// Read the one page, agree: two taps.
tours.add("customer_delivery_my_work", {
    url: "/odoo/customer-delivery-my-work",
    steps: () => [
        { content: "One thing waits", trigger: row },
        fitsTheScreen(),
        ...withinBudget(2, [
            { content: "Read it", trigger: `${row} .o_my_work_act`, run: "click" },
            { content: "What is asked", trigger: ".o_signoff_answer .o_signoff_content:contains(Need 0)" },
            fitsTheScreen(),
            { content: "Agree", trigger: ".modal-footer .o_signoff_agree", run: "click" },
        ]),
        { content: "Nothing waits any more", trigger: ".o_my_work_empty" },
    ],
});

// Refuse: the reason is asked for, then it is sent.
tours.add("customer_delivery_my_work_refuse", {
    url: "/odoo/customer-delivery-my-work",
    steps: () => [
        { content: "Read it", trigger: `${row} .o_my_work_act`, run: "click" },
        { content: "Refuse", trigger: ".modal-footer .o_signoff_refuse", run: "click" },
        {
            content: "Say why",
            trigger: ".modal .alert-warning + .o_field_widget[name=comment] textarea, .modal:has(.alert-warning) .o_field_widget[name=comment] textarea",
            run: "edit The label is missing",
        },
        { content: "Send it", trigger: ".modal-footer .o_signoff_refuse", run: "click" },
        { content: "Nothing waits any more", trigger: ".o_my_work_empty" },
    ],
});

// From the project to the customer: open the dialog, send.
tours.add("customer_delivery_send_confirmation", {
    steps: () => [
        { content: "The tab", trigger: "a[name=delivery]", run: "click" },
        ...withinBudget(2, [
            {
                content: "What is to be confirmed",
                trigger: "button.btn-primary[name=action_open_confirmation]",
                run: "click",
            },
            { content: "What and who", trigger: ".o_delivery_send:contains(Head of IT)" },
            fitsTheScreen(),
            { content: "Send", trigger: ".modal-footer button[name=action_send]", run: "click" },
        ]),
        { content: "The round says who is asked", trigger: ".o_form_view:contains(Head of IT) .o_field_widget[name=slot_ids]" },
        fitsTheScreen(),
    ],
});
