import { expect, getFixture, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { Component, reactive, xml } from "@odoo/owl";
import { Drawing } from "@customer_delivery/signature_pad/drawing";
import { SignaturePad } from "@customer_delivery/signature_pad/signature_pad";
import { ink, LANDSCAPE, NAME, pointer, PORTRAIT, press, turn, write } from "./signature_pad_helpers";

defineMailModels();

async function mountPad(props = {}) {
    await mountWithCleanup(SignaturePad, { props });
    const pad = getFixture().querySelector(".o_delivery_signature");
    await turn(pad, PORTRAIT);
    return { pad, canvas: pad.querySelector("canvas") };
}

async function decode(url) {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas;
}

test("turning the phone and back keeps every stroke in its proportions", async () => {
    let image = "";
    const { pad, canvas } = await mountPad({ onChange: ({ getImage }) => (image = getImage()) });
    write(canvas);
    const before = ink(canvas);
    const imageBefore = image;
    expect(before.count).toBeGreaterThan(200);

    await turn(pad, LANDSCAPE);
    const turned = ink(canvas);
    expect(turned.count).toBeGreaterThan(200);
    expect(Math.abs(turned.width / turned.height - before.width / before.height)).toBeLessThan(0.1);

    await turn(pad, PORTRAIT);
    const back = ink(canvas);
    expect(Math.abs(back.width - before.width)).toBeLessThan(2);
    expect(Math.abs(back.height - before.height)).toBeLessThan(2);

    // a stroke more, and undone again: the picture is what it was
    write(canvas, [NAME[1]]);
    expect(image).not.toBe(imageBefore);
    await press(".o_delivery_signature_undo");
    expect(image).toBe(imageBefore);
});

test("what is drawn sideways beyond the first frame stays visible upright", async () => {
    const { pad, canvas } = await mountPad();
    write(canvas);
    await turn(pad, LANDSCAPE);
    write(canvas, [
        [
            [0.02, 0.5],
            [0.98, 0.5],
        ],
    ]);
    const wide = ink(canvas);
    await turn(pad, PORTRAIT);
    const upright = ink(canvas);
    expect(upright.width).toBeLessThan(PORTRAIT.width);
    expect(upright.width).toBeGreaterThan(PORTRAIT.width * 0.8);
    const change = upright.width / upright.height / (wide.width / wide.height);
    expect(change).toBeWithin(0.85, 1.15);
});

test("the picture is small, white around the ink and cut to its edges", async () => {
    let image = "";
    const { canvas } = await mountPad({ onChange: ({ getImage }) => (image = getImage()) });
    write(canvas);
    expect(image).toMatch(/^data:image\/png;base64,/);
    expect(image.length * 0.75).toBeLessThan(60 * 1024);
    const picture = await decode(image);
    const { width, height } = picture;
    expect(width).toBeWithin(200, 640);
    expect(width / height).toBeWithin(2, 4);
    const { data } = picture.getContext("2d").getImageData(0, 0, width, height);
    expect([...data.slice(0, 4)]).toEqual([255, 255, 255, 255]);
    let dark = 0;
    for (let index = 0; index < data.length; index += 4) {
        dark += data[index] < 100;
    }
    expect(dark).toBeGreaterThan(200);
});

test("a scribble of thousands of lines is still a small picture", () => {
    const drawing = new Drawing();
    drawing.fit(800, 400);
    let seed = 7;
    const chance = (limit) => ((seed = (seed * 48271) % 2147483647) / 2147483647) * limit;
    for (let stroke = 0; stroke < 40; stroke++) {
        drawing.begin(chance(800), chance(400), 0, 0);
        for (let index = 1; index < 80; index++) {
            drawing.extend(chance(800), chance(400), index * 8, 0);
        }
    }
    expect(drawing.toDataURL().length * 0.75).toBeLessThan(60 * 1024 + 64);
});

test("nothing, a dot, many dots and a tick are no signature", async () => {
    const said = [];
    const { canvas } = await mountPad({
        inputName: "signature",
        onChange: ({ problem, getImage }) => said.push([problem, getImage()]),
    });
    expect("input[name=signature]").toHaveValue("");
    write(canvas, [[[0.5, 0.5]]]);
    const dots = Array.from({ length: 40 }, (_, index) => [[0.1 + index * 0.02, 0.5]]);
    write(canvas, dots);
    write(canvas, [
        [
            [0.5, 0.5],
            [0.53, 0.52],
        ],
    ]);
    expect(said.every(([problem, image]) => problem === "short" && image === "")).toBe(true);
    expect("input[name=signature]").toHaveValue("");

    await press(".o_delivery_signature_clear");
    expect(said.at(-1)).toEqual(["empty", ""]);
    expect(ink(canvas).count).toBe(0);

    write(canvas);
    expect(said.at(-1)[0]).toBe("");
    expect("input[name=signature]").toHaveValue(/^data:image\/png/);
});

test("a missing signature is said once its owner asks for it", async () => {
    const refusal = reactive({ isShown: false });
    const { canvas } = await mountPad({ refusal });
    expect("[role=alert]").toHaveText("");
    refusal.isShown = true;
    await animationFrame();
    expect("[role=alert]").toHaveText("Please sign in the field above.");
    write(canvas, [[[0.5, 0.5]]]);
    await animationFrame();
    expect("[role=alert]").toHaveText(
        "This is too little for a signature. Please write your name."
    );
    write(canvas);
    await animationFrame();
    expect("[role=alert]").toHaveText("");
});

test("two fields on a page take their own strokes, even at the same time", async () => {
    class Page extends Component {
        static components = { SignaturePad };
        static template = xml`
            <div><SignaturePad inputName="'one'"/><SignaturePad inputName="'two'"/></div>`;
        static props = {};
    }
    await mountWithCleanup(Page);
    const [first, second] = getFixture().querySelectorAll(".o_delivery_signature");
    await turn(first, PORTRAIT);
    await turn(second, PORTRAIT);
    const [one, two] = [first, second].map((pad) => pad.querySelector("canvas"));
    // two hands: the strokes of both lie between down and up of the other
    pointer(one, "pointerdown", 40, 60);
    pointer(two, "pointerdown", 40, 60, { pointerId: 2 });
    pointer(one, "pointermove", 240, 90);
    pointer(two, "pointermove", 60, 60, { pointerId: 2 });
    // a palm on the first field
    pointer(one, "pointerdown", 300, 180, { pointerId: 3 });
    pointer(one, "pointermove", 10, 10, { pointerId: 3 });
    pointer(one, "pointerup", 10, 10, { pointerId: 3 });
    pointer(one, "pointerup", 240, 90);
    pointer(two, "pointerup", 60, 60, { pointerId: 2 });
    expect("input[name=one]").toHaveValue(/^data:image\/png/);
    expect("input[name=two]").toHaveValue("");
    expect(ink(one).height).toBeLessThan(45);
    expect(ink(two).width).toBeLessThan(30);

    const kept = ink(one).count;
    write(two);
    await press(second.querySelector(".o_delivery_signature_clear"));
    expect(ink(one).count).toBe(kept);
    expect(ink(two).count).toBe(0);
});

test("a field that opens later gets its size then", async () => {
    await mountWithCleanup(SignaturePad, { props: { inputName: "signature" } });
    const pad = getFixture().querySelector(".o_delivery_signature");
    pad.style.display = "none";
    await animationFrame();
    pad.style.display = "";
    await turn(pad, PORTRAIT);
    write(pad.querySelector("canvas"));
    expect("input[name=signature]").toHaveValue(/^data:image\/png/);
});
