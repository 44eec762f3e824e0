import { expect, getFixture, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";
import { setupInteractionWhiteList, startInteractions } from "@web/../tests/public/helpers";
import { PORTRAIT, turn, write } from "./signature_pad_helpers";

setupInteractionWhiteList("customer_delivery.signature_pad");

test("a page holds its form back until it is signed, but not the button that declines", async () => {
    await startInteractions(`
        <form>
            <div class="o_delivery_signature_pad" data-name="ink" data-required="1"/>
            <button class="sign">Sign</button>
            <button class="decline" formnovalidate="formnovalidate">Decline</button>
        </form>`);
    await animationFrame();
    const form = getFixture().querySelector("form");
    form.addEventListener("submit", (ev) => {
        ev.preventDefault();
        expect.step(ev.submitter.className);
    });
    form.addEventListener("delivery-signature", (ev) =>
        expect.step(ev.detail.isSigned ? "signed" : "not signed")
    );
    await contains(".sign").click();
    expect.verifySteps([]);
    await animationFrame();
    expect("[role=alert]").toHaveText("Please sign in the field above.");
    await contains(".decline").click();
    expect.verifySteps(["decline"]);

    await turn(form.querySelector(".o_delivery_signature"), PORTRAIT);
    write(form.querySelector("canvas"));
    expect.verifySteps(["signed", "signed"]);
    await contains(".sign").click();
    expect.verifySteps(["sign"]);
});
