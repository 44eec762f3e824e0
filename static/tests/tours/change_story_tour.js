import { registry } from "@web/core/registry";
import { fitsTheScreen, withinBudget } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");
const TITLE = "Export to CSV as well";
const work = (section) =>
    `.o_my_work_section[data-section=${section}] .o_my_work_row:contains(${TITLE}) .o_my_work_act`;

/** Write a name with the finger, as a phone reports it. */
function write(canvas) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const points = [0.15, 0.3, 0.3, 0.75, 0.45, 0.3, 0.7, 0.7];
    for (let index = 0; index < points.length; index += 2) {
        const options = {
            bubbles: true,
            cancelable: true,
            pointerId: 1,
            pointerType: "touch",
            clientX: left + points[index] * width,
            clientY: top + points[index + 1] * height,
        };
        canvas.dispatchEvent(new PointerEvent(index ? "pointermove" : "pointerdown", options));
        if (index === points.length - 2) {
            canvas.dispatchEvent(new PointerEvent("pointerup", options));
        }
    }
}

// a step of a long story may find the machine busy
const patient = (steps) => steps.map((step) => ({ timeout: 60000, ...step }));

const openChange = [
    {
        content: "Open the change",
        trigger: `.o_data_row:contains(${TITLE}) td[name=name]`,
        run: "click",
    },
    { trigger: ".o_change_terms" },
];

// The customer asks, on a phone: five answers and one tap.
tours.add("customer_delivery_change_story_ask", {
    url: "/my/delivery/change/new",
    steps: () => patient([
        fitsTheScreen(),
        ...withinBudget(5, [
            {
                content: "In which project",
                trigger: "#o_change_project",
                run: "selectByLabel Project standard",
            },
            { content: "What", trigger: "#o_change_text", run: `edit ${TITLE}` },
            { content: "Why", trigger: "#o_change_why", run: "edit The group reads CSV alone" },
            {
                content: "What it means is for us to find out",
                trigger: "label[for=o_change_assess]",
                run: "click",
            },
            {
                content: "Send",
                trigger: ".o_delivery_send",
                run: "click",
                expectUnloadPage: true,
            },
        ]),
        { content: "It has arrived, with its number", trigger: ".o_delivery_filed:contains(CHG-)" },
        { content: "It stands as asked", trigger: `h2:contains(${TITLE})` },
        fitsTheScreen(),
    ]),
});

// The project manager says what it takes, and submits it.
tours.add("customer_delivery_change_story_submit", {
    url: "/odoo/customer-delivery-changes",
    steps: () => patient([
        ...openChange,
        { content: "The customer has asked", trigger: "[data-badge=customer]" },
        {
            content: "Days",
            trigger: ".o_field_widget[name=agreed_days] input",
            run: "edit 5",
        },
        {
            content: "Price",
            trigger: ".o_field_widget[name=agreed_amount] input",
            run: "edit 2400",
        },
        { content: "Submit", trigger: ".o_change_submit", run: "click" },
        { content: "He is asked too", trigger: ".o_change_asked:contains(Schedule)" },
        {
            content: "It waits for all of them",
            trigger: ".o_field_widget[name=waits_for]:contains(tech_lead):contains(quality_lead)",
        },
    ]),
});

// Each assesses his own rows, at a desk or on a phone.
tours.add("customer_delivery_change_story_assess", {
    url: "/odoo/customer-delivery-my-work",
    steps: () => patient([
        fitsTheScreen(),
        ...withinBudget(2, [
            { content: "Assess", trigger: work("assess"), run: "click" },
            { content: "What is asked for", trigger: `.modal:contains(${TITLE})` },
            { content: "Before and after", trigger: ".modal ins:contains(and CSV)" },
            { content: "His rows", trigger: ".modal .alert-primary:contains(You are asked)" },
            fitsTheScreen(),
            {
                content: "No impact",
                trigger: ".modal-footer .o_change_no_impact",
                run: "click",
            },
        ]),
        { content: "Nothing waits any more", trigger: ".o_my_work_empty" },
    ]),
});

// The project manager fills his rows and sends it.
tours.add("customer_delivery_change_story_send", {
    url: "/odoo/customer-delivery-changes",
    steps: () => patient([
        ...openChange,
        { content: "His own rows", trigger: ".o_change_asked .o_change_assess", run: "click" },
        { trigger: ".modal-footer .o_change_no_impact", run: "click" },
        { content: "All is assessed", trigger: "body:not(:has(.modal)):not(:has(.o_change_asked))" },
        {
            content: "The risk is high",
            trigger: ".o_field_widget[name=risk_level]:contains(High)",
        },
        { content: "Send it", trigger: ".o_change_send", run: "click" },
        {
            content: "The reviewers are asked side by side",
            trigger: ".o_field_widget[name=waits_for]:contains(tech_lead):contains(quality_lead)",
        },
    ]),
});

// Decide on a phone: two taps.
tours.add("customer_delivery_change_story_decide", {
    url: "/odoo/customer-delivery-my-work",
    steps: () => patient([
        ...withinBudget(2, [
            { content: "Read it", trigger: work("approve"), run: "click" },
            {
                content: "The summary comes first",
                trigger: ".modal .cd-change-summary:contains(2,400):contains(High)",
            },
            { content: "Before and after", trigger: ".modal .o_signoff_content ins:contains(and CSV)" },
            fitsTheScreen(),
            { content: "Agree", trigger: ".modal-footer .o_signoff_agree", run: "click" },
        ]),
        { content: "Nothing waits any more", trigger: ".o_my_work_empty" },
    ]),
});

// The first signatory is on leave: his deputy, named with the parties, is asked instead.
tours.add("customer_delivery_change_story_replace", {
    url: "/odoo/customer-delivery-changes",
    steps: () => patient([
        ...openChange,
        { content: "Who is asked", trigger: ".nav-link[name=approval]", run: "click" },
        {
            content: "The signatory",
            trigger: ".o_data_row:contains(Head of IT) button[name=action_open_replace]",
            run: "click",
        },
        {
            content: "His deputy is proposed",
            trigger: ".modal .o_field_widget[name=party_id] input:value(colleague)",
        },
        {
            content: "Why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit On leave until Monday",
        },
        { trigger: ".modal-footer button[name=action_replace]", run: "click" },
        {
            content: "The deputy is asked",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=waits_for]:contains(olleague)",
        },
    ]),
});

// The one who signs for the customer.
tours.add("customer_delivery_change_story_sign", {
    url: "/my/delivery",
    steps: () => patient([
        { trigger: ".o_delivery_sign_task", run: "click", expectUnloadPage: true },
        { content: "What it means", trigger: ".o_delivery_sign_meaning:contains(I approve)" },
        { content: "Before and after", trigger: ".o_delivery_document ins:contains(and CSV)" },
        { content: "No cost of ours", trigger: "body:not(:contains(1,800))" },
        fitsTheScreen(),
        {
            content: "Sign with the finger",
            trigger: ".o_delivery_signature canvas",
            run: ({ anchor }) => write(anchor),
        },
        { trigger: ".o_delivery_agree", run: "click", expectUnloadPage: true },
        { content: "Thank you", trigger: ".o_delivery_signed" },
    ]),
});

// It was overtaken: refused with names, brought up to date, sent again.
tours.add("customer_delivery_change_story_overtaken", {
    url: "/odoo/customer-delivery-changes",
    steps: () => patient([
        ...openChange,
        { content: "Put it into effect", trigger: ".o_change_apply", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "The requirement is named", trigger: ".modal:contains(REQ-):contains(up to date)" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "Bring it up to date", trigger: ".o_change_rebase:not(:disabled)", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        {
            content: "What the other change has written is there",
            trigger: "body:not(:has(.modal)) .o_change_send",
            run: "click",
        },
        { content: "It waits again", trigger: ".o_field_widget[name=signoff_state]:contains(Waiting)" },
    ]),
});

// Approved anew, it comes into effect.
tours.add("customer_delivery_change_story_apply", {
    url: "/odoo/customer-delivery-changes",
    steps: () => patient([
        ...openChange,
        { content: "Put it into effect", trigger: ".o_change_apply", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "It is in effect", trigger: "[data-badge=applied]" },
        { content: "Carried out", trigger: ".o_change_finish", run: "click" },
        {
            content: "Somebody else verifies it",
            trigger: ".o_field_widget[name=waits_for]:contains(other than)",
        },
    ]),
});

// Another person checks again what it touched, says the result, and closes it.
tours.add("customer_delivery_change_story_verify", {
    url: "/odoo/customer-delivery-changes",
    steps: () => patient([
        ...openChange,
        { content: "Carrying out", trigger: ".nav-link[name=result]", run: "click" },
        { content: "What is checked again", trigger: ".o_field_widget[name=check_ids] .o_data_row" },
        { content: "It passes", trigger: ".o_change_pass_rest", run: "click" },
        {
            content: "All is checked",
            trigger: ".o_field_widget[name=check_ids]:contains(Passed)",
        },
        {
            content: "How many days it took",
            trigger: ".o_field_widget[name=actual_days] input",
            run: "edit 6",
        },
        {
            content: "It had the effect wanted",
            trigger: ".o_field_widget[name=result] input",
            run: "click",
        },
        { trigger: ".o_select_menu_item:contains(/^Effective/)", run: "click" },
        { content: "Close it", trigger: ".o_change_close", run: "click" },
        {
            content: "One day more than estimated",
            trigger: ".o_field_widget[name=variance_days_percent]:contains(20)",
        },
        {
            content: "It is closed",
            trigger: ".o_arrow_button_current:contains(Closed)",
        },
    ]),
});

// What was checked is read on a phone, and so is the log.
tours.add("customer_delivery_change_story_checked", {
    steps: () => patient([
        { content: "Carrying out", trigger: ".nav-link[name=result]", run: "click" },
        {
            content: "What was checked again",
            trigger: ".o_field_widget[name=check_ids] .o_kanban_record:contains(Passed)",
        },
        { content: "The figures", trigger: ".o_change_figures:contains(20)" },
        fitsTheScreen(),
    ]),
});
tours.add("customer_delivery_change_story_log", {
    steps: () => patient([
        {
            content: "It stands in the log with its result",
            trigger: `.o_change_log .o_kanban_record:contains(${TITLE}):contains(Effective)`,
        },
        fitsTheScreen(),
    ]),
});

// The customer sees how it ended.
tours.add("customer_delivery_change_story_follow", {
    url: "/my/changes",
    steps: () => patient([
        {
            content: "The own request",
            trigger: `a:contains(${TITLE})`,
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_delivery_badge:contains(In effect)" },
        { trigger: ".o_delivery_facts:contains(+5)" },
        fitsTheScreen(),
    ]),
});
