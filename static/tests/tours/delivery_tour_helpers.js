const ACT = /^(click|edit|fill|select|press|check)/;
const pasting = new WeakSet();

/**
 * Steps of a person's way through the screens, refused when it takes more acts than allowed.
 * One act is a press, or one field filled.
 */
export function withinBudget(limit, steps) {
    const acts = steps.filter(
        (step) => pasting.has(step) || (typeof step.run === "string" && ACT.test(step.run))
    );
    if (acts.length > limit) {
        throw new Error(`${acts.length} acts, at most ${limit} are allowed`);
    }
    return steps;
}

/** Paste text into a field, as people do with ctrl-v. */
export function paste(trigger, text) {
    const step = {
        content: "Paste the list",
        trigger,
        run({ anchor }) {
            anchor.focus();
            anchor.value = text;
            anchor.dispatchEvent(new InputEvent("input", { bubbles: true }));
            anchor.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
        },
    };
    pasting.add(step);
    return step;
}

/** Nothing on the page lies outside the screen of a phone. */
export function fitsTheScreen() {
    return {
        content: "Nothing sticks out to the right",
        trigger: "body",
        run() {
            const wide = document.scrollingElement.scrollWidth;
            if (wide > window.innerWidth) {
                throw new Error(`The page is ${wide}px wide on a screen of ${window.innerWidth}px`);
            }
        },
    };
}

/** At most so many fields must be filled on the form that is open. */
export function asksAtMost(limit) {
    return {
        content: `At most ${limit} mandatory fields`,
        trigger: ".o_form_view",
        run() {
            const required = document.querySelectorAll(".o_form_view .o_required_modifier");
            if (required.length > limit) {
                throw new Error(`${required.length} mandatory fields, at most ${limit} are allowed`);
            }
        },
    };
}

/** The list that is open has exactly so many rows. */
export function listsRows(count, trigger) {
    return {
        content: `${count} rows are listed`,
        trigger,
        run() {
            const rows = document.querySelectorAll(".o_list_view .o_data_row").length;
            if (rows !== count) {
                throw new Error(`${rows} rows are listed instead of ${count}`);
            }
        },
    };
}
