import { registry } from "@web/core/registry";
import { writeName } from "./delivery_tour_helpers";

// Budget: what a customer taps from the open link to the signed document, the drawing included.
const BUDGET = 4;
let taps = 0;

const tap = (trigger, more = {}) => ({
    trigger,
    async run({ click }) {
        taps += 1;
        await click();
    },
    ...more,
});

const sign = {
    content: "sign with the finger",
    trigger: ".o_delivery_signature canvas",
    run({ anchor }) {
        taps += 1;
        writeName(anchor);
    },
};

registry.category("web_tour.tours").add("delivery_signoff_link", {
    steps: () => [
        {
            content: "the document is read by whoever has the code",
            trigger: ".o_delivery_code",
            run: `edit ${new URLSearchParams(window.location.search).get("tourcode")}`,
        },
        tap(".o_delivery_code_open", { expectUnloadPage: true }),
        { trigger: ".o_delivery_sign_meaning:contains(I confirm these requirements)" },
        { trigger: ".cd-signed:contains(Need 1)" },
        tap(".o_delivery_sign_go a"),
        sign,
        tap(".o_delivery_agree", { expectUnloadPage: true }),
        {
            content: "thanks, and the copy to keep",
            trigger: ".o_delivery_signed a[href$='/copy']",
            run() {
                if (taps > BUDGET) {
                    throw new Error(`${taps} taps, the budget is ${BUDGET}`);
                }
            },
        },
        { trigger: ".o_delivery_signature_shown img" },
    ],
});

registry.category("web_tour.tours").add("delivery_signoff_login", {
    steps: () => [
        { trigger: ".o_delivery_sign_task", run: "click", expectUnloadPage: true },
        {
            content: "signing without a signature is refused on the page",
            trigger: ".o_delivery_agree",
            run: "click",
        },
        { trigger: ".o_delivery_signature .text-danger:not(:empty)" },
        { trigger: "input[name=printed_name]", run: "edit Somebody Else" },
        { trigger: ".o_delivery_other_name:not(.d-none)" },
        { trigger: ".o_delivery_object > summary", run: "click" },
        {
            content: "a refusal without a reason loses nothing of what was typed",
            trigger: "button[value=reject]",
            run: "click",
        },
        { trigger: ".o_delivery_sign_error:not(.d-none):contains(reason)" },
        { trigger: "input[name=printed_name]:value(Somebody Else)" },
        { trigger: "textarea[name=comment]", run: "edit The label is missing" },
        { trigger: "button[value=reject]:enabled", run: "click", expectUnloadPage: true },
        { trigger: ".o_delivery_signed:contains(The label is missing)" },
    ],
});

registry.category("web_tour.tours").add("delivery_signoff_device", {
    steps: () => [
        { trigger: ".o_delivery_sign[data-method=device] .o_delivery_device_exit" },
        {
            content: "no menus of ours, no address of theirs",
            trigger: "body:not(:has(header nav)):not(:has(.o_delivery_sign_back[href='/my/delivery']))",
        },
        sign,
        { trigger: ".o_delivery_agree", run: "click", expectUnloadPage: true },
        { trigger: ".o_delivery_signed:contains(hand the device back)" },
    ],
});
