import { registry } from "@web/core/registry";
import { fitsTheScreen } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");
const click = (trigger, more = {}) => ({ trigger, run: "click", ...more });
const leave = (trigger) => click(trigger, { expectUnloadPage: true });
const state = (name) => ({
    trigger: `.o_statusbar_status .o_arrow_button_current[data-value=${name}]`,
});

/** The checklist is made, checked by us and given to the customer. */
tours.add("delivery_acceptance_story_prepare", {
    steps: () => [
        click("button[name=action_generate_and_tell]"),
        { trigger: ".o_data_row:contains(A label comes out)" },
        click("button.o_acceptance_walk"),
        { trigger: ".o_walk_progress:contains(0/2)" },
        click(".o_walk_pass:enabled"),
        { trigger: ".o_walk_progress:contains(1/2)" },
        { trigger: ".o_walk_text:contains(It is readable)" },
        click(".o_walk_pass:enabled"),
        click(".o_walk_summary .o_walk_close"),
        click("button[name=action_submit]"),
        state("customer"),
    ],
});

/** The customer finds it on his start page and walks it; the second item fails. */
tours.add("delivery_acceptance_story_first_round", {
    steps: () => [
        leave(".o_delivery_task:contains(Factory)"),
        leave(".o_delivery_asked a:contains(Check the items)"),
        { trigger: ".o_walk_progress:contains(0/2)" },
        fitsTheScreen(),
        click(".o_walk_pass:enabled"),
        { trigger: ".o_walk_text:contains(It is readable)" },
        { trigger: ".o_walk textarea[name=note]", run: "edit Too small" },
        click(".o_walk_fail:enabled"),
        { trigger: ".o_walk_summary:contains(Too small)" },
        leave(".o_walk_summary .o_walk_close"),
        { trigger: ".o_delivery_acceptance:contains(Remaining issues):contains(Too small)" },
    ],
});

/** The next round begins, and only what failed is on it. */
tours.add("delivery_acceptance_story_next_round", {
    steps: () => [
        click("button[name=action_begin_round]"),
        click(".modal-footer .btn-primary"),
        state("self_check"),
        click("button.o_acceptance_walk"),
        { trigger: ".o_walk_progress:contains(0/1)" },
        { trigger: ".o_walk_text:contains(It is readable)" },
        click(".o_walk_pass:enabled"),
        click(".o_walk_summary .o_walk_close"),
        click("button[name=action_submit]"),
        state("customer"),
    ],
});

tours.add("delivery_acceptance_story_second_round", {
    steps: () => [
        leave(".o_delivery_asked a:contains(Check the items)"),
        { content: "Only what failed", trigger: ".o_walk_progress:contains(0/1)" },
        { trigger: ".o_walk_text:contains(It is readable)" },
        { trigger: ".o_walk textarea[name=note]", run: "edit Still a little small" },
        click(".o_walk_fail:enabled"),
        leave(".o_walk_summary .o_walk_close"),
        { trigger: ".o_delivery_acceptance:contains(Still a little small)" },
    ],
});

/** Accepted with a condition, and sent to be signed. */
tours.add("delivery_acceptance_story_conclude", {
    steps: () => [
        click(".o_form_statusbar button:contains(Conclude)"),
        click(".modal button[name=action_conclude]"),
        state("concluded"),
        click("button[name=action_send]"),
        { trigger: "button[name=action_ask_words]:contains(Withdraw)" },
    ],
});

/** The customer reads what he signs, and signs. */
tours.add("delivery_acceptance_story_sign", {
    steps: () => [
        leave(".o_delivery_sign_task"),
        { trigger: ".cd-signed:contains(Passed with conditions):contains(It is readable)" },
        fitsTheScreen(),
        {
            trigger: ".o_delivery_signature canvas",
            run({ anchor }) {
                const { left, top, width, height } = anchor.getBoundingClientRect();
                const stroke = [0.1, 0.3, 0.3, 0.8, 0.5, 0.2, 0.7, 0.8, 0.9, 0.3];
                for (let index = 0; index < stroke.length; index += 2) {
                    const place = {
                        bubbles: true,
                        cancelable: true,
                        pointerId: 1,
                        pointerType: "touch",
                        clientX: left + stroke[index] * width,
                        clientY: top + stroke[index + 1] * height,
                    };
                    const type = index ? "pointermove" : "pointerdown";
                    anchor.dispatchEvent(new PointerEvent(type, place));
                    if (index === stroke.length - 2) {
                        anchor.dispatchEvent(new PointerEvent("pointerup", place));
                    }
                }
            },
        },
        leave(".o_delivery_agree:enabled"),
        { trigger: ".o_delivery_signed a[href$='/copy']" },
    ],
});
