import { animationFrame } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";

export const PORTRAIT = { width: 358, height: 190 };
export const LANDSCAPE = { width: 812, height: 160 };
// two strokes, as fractions of the pad on which they are drawn
export const NAME = [
    [
        [0.2, 0.3],
        [0.35, 0.7],
        [0.5, 0.3],
    ],
    [
        [0.55, 0.5],
        [0.8, 0.55],
    ],
];

export function pointer(canvas, type, x, y, options = {}) {
    const { left, top } = canvas.getBoundingClientRect();
    canvas.dispatchEvent(
        new PointerEvent(type, {
            bubbles: true,
            cancelable: true,
            pointerId: 1,
            pointerType: "touch",
            clientX: left + x,
            clientY: top + y,
            ...options,
        })
    );
}

export function write(canvas, strokes = NAME, options = {}) {
    const { width, height } = canvas.getBoundingClientRect();
    for (const stroke of strokes) {
        for (const [index, [x, y]] of stroke.entries()) {
            const type = index ? "pointermove" : "pointerdown";
            pointer(canvas, type, x * width, y * height, options);
        }
        const [x, y] = stroke.at(-1);
        pointer(canvas, "pointerup", x * width, y * height, options);
    }
}

export async function turn(pad, { width, height }) {
    const paper = pad.querySelector(".o_delivery_signature_paper");
    Object.assign(paper.style, { width: `${width}px`, height: `${height}px` });
    await new Promise((resolve) => {
        const observer = new ResizeObserver(() => {
            observer.disconnect();
            resolve();
        });
        observer.observe(paper);
    });
    await animationFrame();
}

/** Where the ink is, in CSS pixels of the canvas, and how much of it. */
export function ink(canvas) {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const box = { left: width, top: height, right: 0, bottom: 0, count: 0 };
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            if (data[(y * width + x) * 4 + 3] > 100) {
                box.left = Math.min(box.left, x);
                box.top = Math.min(box.top, y);
                box.right = Math.max(box.right, x);
                box.bottom = Math.max(box.bottom, y);
                box.count++;
            }
        }
    }
    const sharpness = width / canvas.getBoundingClientRect().width;
    return {
        width: (box.right - box.left) / sharpness,
        height: (box.bottom - box.top) / sharpness,
        count: box.count,
    };
}

export async function press(button) {
    // it is offered once the stroke has been noticed
    await animationFrame();
    await contains(button).click();
}
