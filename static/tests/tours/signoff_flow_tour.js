import { registry } from "@web/core/registry";
import { fitsTheScreen, writeName } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");

// One of us reads what he is asked and agrees.
tours.add("delivery_signoff_agree_work", {
    steps: () => [
        { content: "What waits", trigger: ".o_my_work_section[data-section=approve]" },
        fitsTheScreen(),
        { content: "Read it", trigger: "[data-section=approve] .o_my_work_act", run: "click" },
        { content: "The content", trigger: ".o_signoff_answer .o_signoff_content:contains(Need 0)" },
        fitsTheScreen(),
        { content: "Agree", trigger: ".modal-footer .o_signoff_agree", run: "click" },
        { content: "It waits no more", trigger: ".o_my_work:not(:has([data-section=approve]))" },
    ],
});

// A customer opens what waits for him in the portal, and signs.
tours.add("delivery_signoff_sign_task", {
    steps: () => [
        { trigger: ".o_delivery_sign_task", run: "click", expectUnloadPage: true },
        { content: "The content", trigger: ".cd-signed:contains(Need 0)" },
        {
            content: "Sign by hand",
            trigger: ".o_delivery_signature canvas",
            run: ({ anchor }) => writeName(anchor),
        },
        { content: "Agree", trigger: ".o_delivery_agree:enabled", run: "click", expectUnloadPage: true },
        { content: "Thanks", trigger: ".o_delivery_signed a[href$='/copy']" },
    ],
});

// A reviewer says what he thinks of each requirement.
tours.add("delivery_signoff_review", {
    steps: () => [
        { content: "Read it", trigger: "[data-section=approve] .o_my_work_act", run: "click" },
        { content: "Three items", trigger: ".o_signoff_answer:contains(0 of 3)" },
        fitsTheScreen(),
        {
            content: "Agree to those that are good",
            trigger: ".o_signoff_answer button[name=action_mark_rest]",
            run: "click",
        },
        { content: "All marked", trigger: ".o_signoff_answer:contains(3 of 3)" },
        { content: "Send", trigger: ".modal-footer button[name=action_send]", run: "click" },
        { content: "It waits no more", trigger: ".o_my_work_empty" },
    ],
});

// A reviewer of the customer, on his page.
tours.add("delivery_signoff_review_portal", {
    steps: () => [
        { trigger: ".o_delivery_sign_task", run: "click", expectUnloadPage: true },
        { content: "Item by item", trigger: ".o_delivery_item:first summary", run: "click" },
        {
            content: "Not so",
            trigger: ".o_delivery_item[open] label.btn-outline-danger",
            run: "click",
        },
        { content: "Without a reason", trigger: ".o_delivery_save_marks", run: "click" },
        { trigger: ".o_delivery_sign_error:not(.d-none):contains(write down why)" },
        {
            content: "What is wrong",
            trigger: ".o_delivery_item[open] textarea",
            run: "edit Two labels, not one",
        },
        { trigger: ".o_delivery_save_marks:enabled", run: "click", expectUnloadPage: true },
        { content: "Kept", trigger: ".o_delivery_items_marked:contains(1 / 3)" },
        { content: "Done", trigger: ".o_delivery_agree", run: "click", expectUnloadPage: true },
        { content: "Thanks", trigger: ".o_delivery_signed" },
    ],
});
