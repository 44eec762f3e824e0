import { registry } from "@web/core/registry";

/** Tells a tour step that the page is wider than the phone. */
export function assertNoSideScroll() {
    const { scrollWidth, clientWidth } = document.scrollingElement;
    if (scrollWidth > clientWidth) {
        const wide = [...document.body.querySelectorAll("*")]
            .filter((el) => el.getBoundingClientRect().right > clientWidth + 0.5)
            .map((el) => `${el.tagName.toLowerCase()}.${el.className}`)
            .slice(-3);
        throw new Error(
            `The page is ${scrollWidth} px wide on a screen of ${clientWidth} px: ${wide}`
        );
    }
}

const LONG_WORD = "Wareneingangsprotokollierungsanforderungsbeschreibung".repeat(4);

registry.category("web_tour.tours").add("delivery_portal_wish_phone", {
    steps: () => [
        {
            content: "the form is there and fits the phone",
            trigger: ".o_delivery_wish_form textarea[name=text]",
            run: () => assertNoSideScroll(),
        },
        {
            trigger: ".o_delivery_wish_form textarea[name=text]",
            run: `edit One label per box ${LONG_WORD}`,
        },
        {
            trigger: ".o_delivery_wish_form textarea[name=why]",
            run: "edit Boxes get lost without a label",
        },
        { trigger: ".o_delivery_pill:contains('Must')", run: "click" },
        {
            content: "sending without saying who one is keeps the text",
            trigger: ".o_delivery_send",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the fields in question are marked",
            trigger: "input[name=contact].is-invalid",
            run: () => {
                const text = document.querySelector("textarea[name=text]").value;
                if (!text.startsWith("One label per box")) {
                    throw new Error("The text is lost");
                }
                assertNoSideScroll();
            },
        },
        { trigger: "input[name=name]", run: "edit Visitor Vera" },
        { trigger: "input[name=contact]", run: "edit vera@visitor.example.com" },
        {
            trigger: ".o_delivery_send",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the receipt names the number and fits the phone",
            trigger: ".o_delivery_number:contains('REQ-')",
            run: () => assertNoSideScroll(),
        },
        {
            trigger: "a:contains('Send another wish')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "what has arrived is no draft any more",
            trigger: ".o_delivery_wish_form textarea[name=text]",
            run: ({ anchor }) => {
                if (anchor.value) {
                    throw new Error("The old wish is still in the form");
                }
            },
        },
        {
            content: "what is being written survives a reload",
            trigger: ".o_delivery_wish_form textarea[name=text]",
            run: "edit Second wish",
        },
        {
            trigger: "body",
            run: () => window.location.reload(),
            expectUnloadPage: true,
        },
        {
            trigger: ".o_delivery_draft_note:not(.d-none)",
            run: () => {
                if (document.querySelector("textarea[name=text]").value !== "Second wish") {
                    throw new Error("The draft is lost");
                }
            },
        },
    ],
});
