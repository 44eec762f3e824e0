import { registry } from "@web/core/registry";

import { assertNoSideScroll } from "./portal_wish_tour";

registry.category("web_tour.tours").add("delivery_portal_requirement", {
    steps: () => [
        {
            content: "what waits comes first",
            trigger: ".o_delivery_task:contains('Label per box')",
            run: () => assertNoSideScroll(),
        },
        {
            trigger: ".o_delivery_project a:contains('Project standard')",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the project shows its milestones and its document",
            trigger: ".o_delivery_milestone_name:contains('Go-live')",
            run: () => assertNoSideScroll(),
        },
        {
            trigger: ".o_delivery_line:contains('Label per box')",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_delivery_asked", run: () => assertNoSideScroll() },
        {
            content: "the conversation is loaded after the page, with its own assets",
            trigger: "#chatterRoot:shadow .o-mail-Composer-input",
            timeout: 60000,
            run: "edit This is right, thank you.",
        },
        { trigger: "#chatterRoot:shadow .o-mail-Composer-send:enabled", run: "click" },
        { trigger: "#chatterRoot:shadow .o-mail-Message:contains('This is right, thank you.')" },
    ],
});
