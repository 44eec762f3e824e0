const ACT = /^(click|edit|fill|select|press|check)/;
const doing = new WeakSet();

/**
 * Steps of a person's way through the screens, refused when it takes more acts than allowed.
 * One act is a press, one field filled, or one signature.
 */
export function withinBudget(limit, steps) {
    const acts = steps.filter(
        (step) => doing.has(step) || (typeof step.run === "string" && ACT.test(step.run))
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
    doing.add(step);
    return step;
}

/** Write a name with the finger: one stroke after the other, as a phone reports them. */
export function writeName(canvas) {
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

/** Sign in a field by hand; it counts as one act. */
export function sign(trigger) {
    const step = {
        content: "Sign with the finger",
        trigger: `${trigger} canvas`,
        run: ({ anchor }) => writeName(anchor),
    };
    doing.add(step);
    return step;
}

/** Fill a field with a text that is known only now; it counts as one act. */
export function fill(trigger, getText) {
    const step = {
        content: "Fill the field",
        trigger,
        async run({ edit }) {
            await edit(await getText());
        },
    };
    doing.add(step);
    return step;
}

/** Choose photos in a file input, as the camera of a phone hands them over. */
export function takePhotos(trigger, count) {
    return {
        content: `Take ${count} photos`,
        trigger: `${trigger}:not(:visible)`,
        async run({ anchor }) {
            const files = new DataTransfer();
            for (let index = 1; index <= count; index++) {
                const canvas = new OffscreenCanvas(600, 800);
                const context = canvas.getContext("2d");
                context.fillStyle = "white";
                context.fillRect(0, 0, 600, 800);
                const photo = await canvas.convertToBlob({ type: "image/jpeg" });
                files.items.add(new File([photo], `photo${index}.jpg`, { type: "image/jpeg" }));
            }
            anchor.files = files.files;
            anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
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
