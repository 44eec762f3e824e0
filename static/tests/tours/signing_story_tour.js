import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { fill, fitsTheScreen, paste, sign, takePhotos, withinBudget } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");

const TEN_LINES = [
    "Print the label when the order is scanned\tmust",
    "Item number and quantity on the label\tmust",
    "Reprint, and note who did it\tshould",
    "Works without network\tmust",
    "QR code on the label\tlater",
    "Two printers in the packing room\tshould",
    "Label in English for export\tshould",
    "Count the labels printed\tlater",
    "Weigh the box first\tshould",
    "Log in with the badge\tmust",
].join("\n");

/** From the open round to the QR code on the screen, and the code to be read out. */
const handOver = () => [
    ...withinBudget(2, [
        {
            content: "The link of this person",
            trigger: ".o_kanban_record button[name=action_open_link]",
            run: "click",
        },
        { content: "The QR code to be scanned", trigger: ".modal .o_delivery_share_qr img" },
        fitsTheScreen(),
        {
            content: "The code to be read out",
            trigger: ".modal button[name=action_show_code]",
            run: "click",
        },
    ]),
    { content: "Six digits", trigger: ".modal .o_field_widget[name=code]:contains(/\\d{6}/)" },
];

// === (a) The light project, on two phones === //

tours.add("delivery_story_send", {
    steps: () => [
        ...withinBudget(7, [
            { content: "The tab", trigger: "a[name=delivery]", run: "click" },
            { trigger: "button[name=action_open_requirement_paste]", run: "click" },
            paste(".modal textarea", TEN_LINES),
            { content: "Make ten of them", trigger: ".modal button[name=action_create]", run: "click" },
            { content: "Ten cards", trigger: ".o_kanban_record:contains(Log in with the badge)" },
            { content: "Back to the project", trigger: ".o_back_button", run: "click" },
            {
                content: "What is to be confirmed",
                trigger: "button.btn-primary[name=action_open_confirmation]:contains(10)",
                run: "click",
            },
            { content: "Who signs", trigger: ".o_delivery_send:contains(Plant manager)" },
            fitsTheScreen(),
            { content: "Send", trigger: ".modal-footer button[name=action_send]", run: "click" },
        ]),
        fitsTheScreen(),
        ...handOver(),
    ],
});

// The code was read out to him; typing it is no tap.
tours.add("delivery_story_sign", {
    steps: () => [
        fitsTheScreen(),
        {
            content: "The code",
            trigger: ".o_delivery_code",
            run: `edit ${new URLSearchParams(window.location.search).get("tourcode")}`,
        },
        ...withinBudget(4, [
            { trigger: ".o_delivery_code_open", run: "click", expectUnloadPage: true },
            { content: "What it means", trigger: ".o_delivery_sign_meaning:contains(I confirm)" },
            fitsTheScreen(),
            { content: "To the place to sign", trigger: ".o_delivery_sign_go a", run: "click" },
            sign(".o_delivery_signature"),
            { trigger: ".o_delivery_agree", run: "click", expectUnloadPage: true },
        ]),
        { content: "Thanks, and his copy", trigger: ".o_delivery_signed a[href$='/copy']" },
        { content: "His signature", trigger: ".o_delivery_signature_shown img" },
        fitsTheScreen(),
    ],
});

tours.add("delivery_story_agreed", {
    steps: () => [
        { content: "It is agreed", trigger: ".o_form_view .o_kanban_record:contains(Agreed)" },
        {
            content: "The drawn signature is shown beside who drew it",
            trigger: ".o_field_widget[name=decision_ids] .o_kanban_record:contains(Personal link) img",
            run({ anchor }) {
                if (!anchor.complete || !anchor.naturalWidth) {
                    return anchor.decode();
                }
            },
        },
        fitsTheScreen(),
    ],
});

// === (b) Stamped paper, three weeks later === //

/** Return the code that stands on the paper. */
async function readThePaper() {
    const id = Number(window.location.pathname.match(/(\d+)$/)[1]);
    const [row] = await rpc("/web/dataset/call_kw/signoff.round/read", {
        model: "signoff.round",
        method: "read",
        args: [[id], ["paper_code"]],
        kwargs: {},
    });
    return row.paper_code;
}

const { DateTime } = luxon;
const onThePaper = () => DateTime.now().minus({ days: 2 }).toFormat("MM/dd/yyyy");

tours.add("delivery_story_stamped", {
    steps: () => [
        {
            content: "The QR code of the paper leads to its round",
            trigger: "button[name=action_upload_stamped]",
            run: "click",
        },
        takePhotos(".modal .o_field_widget[name=file_ids] input[type=file]", 3),
        {
            content: "Three photos have arrived",
            trigger: ".modal .o_field_widget[name=file_ids] .o_attachments:contains(photo3.jpg)",
        },
        fitsTheScreen(),
        ...withinBudget(5, [
            fill(".modal .o_field_widget[name=paper_code] input", readThePaper),
            fill(".modal .o_field_widget[name=occurred_on] input", onThePaper),
            {
                content: "The seal of contracts, not that of the company",
                trigger: ".modal .o_field_widget[name=seal_kind] .o_selection_badge:contains(contract)",
                run: "click",
            },
            {
                content: "Keep it",
                trigger: ".modal-footer button[name=action_upload]",
                run: "click",
            },
        ]),
        { trigger: "body:not(:has(.modal))" },
        {
            content: "It is agreed, on paper",
            trigger: ".o_form_view .o_field_widget[name=decision_ids] .o_kanban_record:contains(Agreed):contains(Stamped copy)",
        },
        fitsTheScreen(),
    ],
});

// === (c) The signatory has left === //

tours.add("delivery_story_replace", {
    steps: () => [
        ...withinBudget(5, [
            { trigger: ".o_kanban_record button[name=action_open_replace]", run: "click" },
            {
                trigger: ".modal .o_field_widget[name=person_name] input",
                run: "edit Successor Sun",
            },
            {
                trigger: ".modal .o_field_widget[name=reason] input",
                run: "edit Has left the company",
            },
            {
                content: "He signs nothing else in this project",
                trigger: ".modal .o_field_widget[name=ends_former] input",
                run: "click",
            },
            { trigger: ".modal-footer button[name=action_replace]", run: "click" },
        ]),
        { trigger: "body:not(:has(.modal))" },
        { content: "The successor is asked", trigger: ".o_kanban_record:contains(Successor Sun)" },
        fitsTheScreen(),
        ...handOver(),
    ],
});

tours.add("delivery_story_refuse", {
    steps: () => [
        {
            content: "The code",
            trigger: ".o_delivery_code",
            run: `edit ${new URLSearchParams(window.location.search).get("tourcode")}`,
        },
        { trigger: ".o_delivery_code_open", run: "click", expectUnloadPage: true },
        { trigger: ".o_delivery_sign_go a", run: "click" },
        ...withinBudget(3, [
            { trigger: ".o_delivery_object > summary", run: "click" },
            {
                trigger: "textarea[name=comment]",
                run: "edit I was not here then. Ask me for what comes",
            },
            { trigger: "button[value=reject]", run: "click", expectUnloadPage: true },
        ]),
        { content: "Thanks all the same", trigger: ".o_delivery_signed:contains(I was not here then)" },
        fitsTheScreen(),
    ],
});
