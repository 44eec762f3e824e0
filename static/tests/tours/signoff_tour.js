import { registry } from "@web/core/registry";

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

/** Write a name with the finger: one stroke after the other, as a phone reports them. */
function write(canvas) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const strokes = [
        [0.15, 0.3, 0.3, 0.75, 0.45, 0.3],
        [0.5, 0.6, 0.65, 0.35, 0.85, 0.7],
    ];
    for (const points of strokes) {
        for (let index = 0; index < points.length; index += 2) {
            const place = {
                clientX: left + points[index] * width,
                clientY: top + points[index + 1] * height,
            };
            const options = { bubbles: true, cancelable: true, pointerId: 1, pointerType: "touch" };
            const type = index ? "pointermove" : "pointerdown";
            canvas.dispatchEvent(new PointerEvent(type, { ...options, ...place }));
            if (index === points.length - 2) {
                canvas.dispatchEvent(new PointerEvent("pointerup", { ...options, ...place }));
            }
        }
    }
}

const sign = {
    content: "sign with the finger",
    trigger: ".o_delivery_signature canvas",
    run({ anchor }) {
        taps += 1;
        write(anchor);
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
