import { registry } from "@web/core/registry";
import { fitsTheScreen, withinBudget } from "./delivery_tour_helpers";

const tours = registry.category("web_tour.tours");

const click = (trigger, content = "") => ({ content, trigger, run: "click" });

/** From the empty acceptance to its conclusion, on a desktop. */
tours.add("customer_delivery_acceptance_desktop", {
    steps: () => [
        click("button[name=action_generate_and_tell]", "The checklist of what was promised"),
        { trigger: ".o_acceptance_progress [data-family]:contains(0/)" },
        { trigger: ".o_data_row:contains(A label comes out)" },
        click(
            ".o_data_row:contains(A label comes out) [name=check_verdict] button[data-verdict=pass]",
            "Our own check, in the list"
        ),
        {
            trigger:
                ".o_data_row:contains(A label comes out) [name=check_verdict] .btn-success[data-verdict=pass]",
        },
        click("button.o_acceptance_walk", "The rest in the walk"),
        {
            content: "It goes on where something is open, the list beside it",
            trigger: ".o_walk_list .o_walk_row.active:contains(It comes quickly)",
        },
        { trigger: ".o_walk input[name=value]", run: "edit 2,5" },
        click(".o_walk_save"),
        { trigger: ".o_walk_progress:contains(2/2)" },
        click(".o_walk_summary .o_walk_close", "Everything was answered"),
        click("button[name=action_submit]", "Now the customer"),
        { trigger: ".o_statusbar_status .o_arrow_button_current[data-value=customer]" },
        click("button.o_acceptance_walk"),
        {
            content: "The only signatory decides",
            trigger: ".o_walk_person:contains(Contact)",
        },
        { content: "Our own check is shown", trigger: ".o_walk_other:contains(Passed)" },
        click(".o_walk_fail"),
        { trigger: ".o_walk textarea[name=note]", run: "edit The label is upside down" },
        click(".o_walk_fail"),
        { trigger: ".o_walk input[name=value]", run: "edit 1.8" },
        click(".o_walk_save"),
        { trigger: ".o_walk_summary:contains(The label is upside down)" },
        click(".o_walk_summary .o_walk_close"),
        {
            content: "What failed remains to be settled",
            trigger: "div[name=proposal]:contains(Passed with conditions)",
        },
        click(".o_form_statusbar button:contains(Conclude)"),
        click(".modal button[name=action_conclude]"),
        { trigger: ".o_statusbar_status .o_arrow_button_current[data-value=concluded]" },
        { trigger: ".oe_title:contains(Passed with conditions)" },
    ],
});

const PIXEL =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** What the camera of a phone gives to a file field. */
function photograph(input) {
    const bytes = Uint8Array.from(atob(PIXEL), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "line.png", { type: "image/png" }));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** From now on nothing reaches the server, until the page is loaded anew. */
export function cutTheLine() {
    const { open } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url) {
        if (/action_record_verdict|\/verdict$|get_walk_data|\/walk\/data$/.test(url)) {
            this.send = () => this.dispatchEvent(new ProgressEvent("error"));
        }
        return open.apply(this, arguments);
    };
}

/** Wait until this device keeps so many drafts, so that a reload has something to find. */
async function keepsDrafts(count) {
    const wait = (request) =>
        new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    for (;;) {
        const bases = await indexedDB.databases();
        const base = bases.find(({ name }) => /walk\..*\.drafts$/.test(name));
        if (base) {
            const db = await wait(indexedDB.open(base.name));
            const kept = await wait(db.transaction("entries").objectStore("entries").count());
            db.close();
            if (kept === count) {
                return;
            }
        }
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }
}

/**
 * Walked on a phone, photos taken, the line cut in the middle, the page loaded anew with an
 * item half written.
 */
export function walkOnThePhone() {
    return [
        { trigger: ".o_walk_progress:contains(0/4)" },
        fitsTheScreen(),
        click(".o_walk_pass"),
        { trigger: ".o_walk_progress:contains(1/4)" },
        {
            content: "The second item wants a photo",
            trigger: ".o_walk_body:contains(Photo needed)",
        },
        click(".o_walk_pass"),
        { trigger: ".o_notification:contains(photo), .o_walk_told:contains(photo)" },
        {
            trigger: ".o_walk_photo input:not(:visible)",
            run: ({ anchor }) => photograph(anchor),
        },
        { trigger: ".o_walk_thumb img" },
        fitsTheScreen(),
        click(".o_walk_pass"),
        { trigger: ".o_walk_progress:contains(2/4)" },
        { content: "The line is cut", trigger: ".o_walk", run: cutTheLine },
        click(".o_walk_fail"),
        { trigger: ".o_walk textarea[name=note]", run: "edit Jams after ten" },
        {
            content: "A photo without a network",
            trigger: ".o_walk_photo input:not(:visible)",
            run: ({ anchor }) => photograph(anchor),
        },
        { trigger: ".o_walk_thumb img" },
        click(".o_walk_fail"),
        { trigger: ".o_walk_offline:contains(1)" },
        { trigger: ".o_walk_progress:contains(3/4)" },
        { trigger: ".o_walk_text:contains(Colour)" },
        { trigger: ".o_walk textarea[name=note]", run: "edit Half written" },
        {
            trigger: ".o_walk_photo input:not(:visible)",
            run: ({ anchor }) => photograph(anchor),
        },
        { trigger: ".o_walk_thumb img" },
        { trigger: ".o_walk", run: () => keepsDrafts(1) },
        {
            content: "The page is loaded anew, with a network",
            trigger: ".o_walk_offline",
            run: () => window.location.reload(),
            expectUnloadPage: true,
        },
        { trigger: ".o_walk_progress:contains(3/4)" },
        { content: "Nothing waits any more", trigger: ".o_walk:not(:has(.o_walk_offline))" },
        {
            content: "What was half written is still there, and so is its photo",
            trigger: ".o_walk_text:contains(Colour)",
        },
        {
            trigger: ".o_walk textarea[name=note]",
            run({ anchor }) {
                if (anchor.value !== "Half written") {
                    throw new Error(`The note reads “${anchor.value}”`);
                }
            },
        },
        { trigger: ".o_walk_thumb:not(.o_walk_kept) img" },
        click(".o_walk_na"),
        { trigger: ".o_walk_progress:contains(4/4)" },
        { content: "All are answered", trigger: ".o_walk_summary" },
        { trigger: ".o_walk", run: () => keepsDrafts(0) },
        { trigger: ".o_walk:not(:has(.o_walk_offline))" },
        fitsTheScreen(),
    ];
}

/** Something is wrong, seen on site: noted with a photo in a few acts. */
tours.add("customer_delivery_quick_issue", {
    url: "/odoo/customer-delivery-quick-entry",
    steps: () => [
        fitsTheScreen(),
        ...withinBudget(6, [
            click("[data-kind=issue]"),
            {
                trigger: "#quick_entry_project",
                run: "selectByLabel Project light",
            },
            { trigger: ".o_delivery_quick_entry textarea[name=text]", run: "edit Oil under press 4" },
            { trigger: "#quick_entry_requester", run: "selectByIndex 1" },
            {
                content: "A photo",
                trigger: ".o_delivery_quick_entry input[type=file]:not(:visible)",
                run: ({ anchor }) => photograph(anchor),
            },
            click(".o_delivery_quick_save"),
        ]),
        click(".o_delivery_quick_sent:contains(ISS-):contains(Oil under press 4)"),
        { trigger: ".o_form_view [name=name]:contains(Oil under press 4), .o_form_view [name=name] textarea" },
        { content: "The photo is there", trigger: "[name=before_attachment_ids] .o_attachment" },
        fitsTheScreen(),
    ],
});

tours.add("customer_delivery_acceptance_phone", { steps: () => walkOnThePhone() });

/** The same by the customer on his own phone, from his start page on. */
tours.add("customer_delivery_acceptance_portal_phone", {
    steps: () => [
        {
            trigger: ".o_delivery_waiting .o_delivery_task:contains(Walked)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_delivery_asked a:contains(Check the items)",
            run: "click",
            expectUnloadPage: true,
        },
        ...walkOnThePhone(),
        {
            trigger: ".o_walk_summary .o_walk_close",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_delivery_acceptance:contains(Jams after ten)" },
        { content: "His photos are shown", trigger: ".o_delivery_photos img" },
        fitsTheScreen(),
    ],
});

/** The item on the customer's screen is answered on another device meanwhile. */
tours.add("customer_delivery_acceptance_portal_two_devices", {
    steps: () => [
        { trigger: ".o_walk_text:contains(Prints labels)" },
        { trigger: ".o_walk textarea[name=note]", run: "edit Good as it is" },
        {
            trigger: ".o_walk",
            async run() {
                const kept = Object.keys(localStorage).find((key) => /walk\..*\d$/.test(key));
                const itemId = JSON.parse(localStorage.getItem(kept)).items[0].id;
                await fetch(`${window.location.pathname}/verdict`, {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({
                        jsonrpc: "2.0",
                        method: "call",
                        params: {
                            item_id: itemId,
                            values: { verdict: "fail", note: "Jams after ten" },
                            key: "another-device-another-key",
                        },
                    }),
                });
            },
        },
        click(".o_walk_pass"),
        { trigger: ".o_walk_conflict:contains(Jams after ten)" },
        {
            content: "What he wrote is not lost",
            trigger: ".o_walk textarea[name=note]",
            run({ anchor }) {
                if (anchor.value !== "Good as it is") {
                    throw new Error(`The note reads “${anchor.value}”`);
                }
            },
        },
        click(".o_walk_again"),
        { trigger: ".o_walk_summary, .o_walk_text:contains(Second)" },
    ],
});

/** Somebody else has answered the item that is on the screen. */
tours.add("customer_delivery_acceptance_two_people", {
    steps: () => [
        { trigger: ".o_walk_text:contains(Prints labels)" },
        {
            content: "A colleague answers meanwhile",
            trigger: ".o_walk",
            async run() {
                const kept = Object.keys(localStorage).find((key) => /walk\..*\d$/.test(key));
                const itemId = JSON.parse(localStorage.getItem(kept)).items[0].id;
                await fetch("/web/dataset/call_kw/project.acceptance.item/action_record_verdict", {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({
                        jsonrpc: "2.0",
                        method: "call",
                        params: {
                            model: "project.acceptance.item",
                            method: "action_record_verdict",
                            args: [itemId, "check", "fail"],
                            kwargs: { note: "Jams after ten" },
                        },
                    }),
                });
            },
        },
        click(".o_walk_pass"),
        { trigger: ".o_walk_conflict:contains(Jams after ten)" },
        click(".o_walk_again", "He looked, and answers on purpose"),
        { trigger: ".o_walk_summary, .o_walk_text:contains(Second)" },
    ],
});
