// A line this thick, in CSS pixels of the canvas on which the drawing began.
const PEN = 2.6;
const SLOW = 0.15;
const FAST = 2.2;
// Below these lengths, in the same pixels, there are dots and ticks, but no name.
const SHORTEST_STROKE = 6;
const SHORTEST_INK = 60;
const SMALLEST_SIDE = 24;
// What is stored: sharp enough for a paper, small enough for a weak network.
const WIDEST = 640;
const HIGHEST = 320;
const LARGEST_BYTES = 60 * 1024;
export const INK = "#14284b";

/**
 * A handwritten drawing that outlives the canvas it is drawn on.
 *
 * Points are fractions of the width of the first canvas, in both directions, so that nothing is
 * distorted when a phone is turned. `fit` says how they lie on a canvas of any size: the frame
 * of the first canvas and all ink are visible, in their proportions.
 */
export class Drawing {
    constructor() {
        this.clear();
    }

    get isEmpty() {
        return !this.strokes.length;
    }

    clear() {
        this.strokes = [];
        this.frame = null;
        this.view = null;
    }

    undo() {
        this.strokes.pop();
        if (this.isEmpty) {
            this.frame = null;
        }
    }

    /** Lay the drawing out on a canvas of this size, in CSS pixels. */
    fit(width, height) {
        if (this.isEmpty) {
            this.frame = { width, ratio: height / width };
            this.view = { scale: width, left: 0, top: 0 };
            return;
        }
        // the frame, and ink drawn beyond it with room for the pen
        const pen = (2 * PEN) / this.frame.width;
        const ink = this.bounds();
        const box = {
            left: Math.min(0, ink.left - pen),
            top: Math.min(0, ink.top - pen),
            right: Math.max(1, ink.right + pen),
            bottom: Math.max(this.frame.ratio, ink.bottom + pen),
        };
        const scale = Math.min(width / (box.right - box.left), height / (box.bottom - box.top));
        this.view = {
            scale,
            left: (width - (box.left + box.right) * scale) / 2,
            top: (height - (box.top + box.bottom) * scale) / 2,
        };
    }

    // === DRAWING === //

    begin(x, y, time, pressure) {
        this.strokes.push([]);
        this.extend(x, y, time, pressure);
    }

    /**
     * Add a point of the canvas to the last stroke.
     *
     * @param {number} pressure of a pen between 0 and 1; 0 for fingers and mice, whose speed
     *     makes the line thick or thin instead
     */
    extend(x, y, time, pressure) {
        const { scale, left, top } = this.view;
        const stroke = this.strokes.at(-1);
        const point = { x: (x - left) / scale, y: (y - top) / scale, time, pen: 1 };
        const last = stroke.at(-1);
        if (pressure) {
            point.pen = 0.6 + 0.8 * pressure;
        } else if (last) {
            const pixels = distance(last, point) * this.frame.width;
            const speed = pixels / Math.max(1, time - last.time);
            const share = Math.min(1, Math.max(0, (speed - SLOW) / (FAST - SLOW)));
            point.pen = 0.7 * last.pen + 0.3 * (1.25 - 0.6 * share);
        }
        stroke.push(point);
    }

    /** Paint the whole drawing, or only the newest piece of the last stroke. */
    paint(context, { view = this.view, onlyNewest = false } = {}) {
        context.strokeStyle = context.fillStyle = INK;
        context.lineCap = context.lineJoin = "round";
        if (onlyNewest) {
            const stroke = this.strokes.at(-1);
            this.paintPiece(context, view, stroke, stroke.length - 1);
            return;
        }
        for (const stroke of this.strokes) {
            for (let index = 0; index < stroke.length; index++) {
                this.paintPiece(context, view, stroke, index);
            }
        }
    }

    paintPiece(context, view, stroke, index) {
        const place = (point) => [point.x * view.scale + view.left, point.y * view.scale + view.top];
        const point = stroke[index];
        const [x, y] = place(point);
        const thickness = (point.pen * PEN * view.scale) / this.frame.width;
        context.beginPath();
        if (index === 0) {
            context.arc(x, y, thickness / 2, 0, 2 * Math.PI);
            context.fill();
            return;
        }
        // from the middle of the last piece to the middle of this one, bent at the point between
        const [lastX, lastY] = place(stroke[index - 1]);
        const [beforeX, beforeY] = place(stroke[Math.max(0, index - 2)]);
        context.lineWidth = thickness;
        context.moveTo((beforeX + lastX) / 2, (beforeY + lastY) / 2);
        context.quadraticCurveTo(lastX, lastY, (lastX + x) / 2, (lastY + y) / 2);
        context.lineTo(x, y);
        context.stroke();
    }

    // === JUDGING === //

    /** Return "empty", "short" for dots and ticks, or "" for what can be a signature. */
    get problem() {
        if (this.isEmpty) {
            return "empty";
        }
        let ink = 0;
        for (const stroke of this.strokes) {
            let length = 0;
            for (let index = 1; index < stroke.length; index++) {
                length += distance(stroke[index - 1], stroke[index]) * this.frame.width;
            }
            ink += length >= SHORTEST_STROKE ? length : 0;
        }
        const { left, top, right, bottom } = this.bounds();
        const side = Math.max(right - left, bottom - top) * this.frame.width;
        return ink < SHORTEST_INK || side < SMALLEST_SIDE ? "short" : "";
    }

    /** Return the box around all ink. */
    bounds() {
        const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
        for (const { x, y } of this.strokes.flat()) {
            box.left = Math.min(box.left, x);
            box.top = Math.min(box.top, y);
            box.right = Math.max(box.right, x);
            box.bottom = Math.max(box.bottom, y);
        }
        return box;
    }

    // === EXPORT === //

    /** Return the ink, cut to its edges on white paper, as the data URL of a small PNG. */
    toDataURL() {
        if (this.isEmpty) {
            return "";
        }
        const { left, top, right, bottom } = this.bounds();
        const margin = (2 * PEN) / this.frame.width;
        const width = right - left + 2 * margin;
        const height = bottom - top + 2 * margin;
        let scale = Math.min(2 * this.frame.width, WIDEST / width, HIGHEST / height);
        const canvas = document.createElement("canvas");
        for (;;) {
            canvas.width = Math.max(1, Math.round(width * scale));
            canvas.height = Math.max(1, Math.round(height * scale));
            const context = canvas.getContext("2d");
            context.fillStyle = "#ffffff";
            context.fillRect(0, 0, canvas.width, canvas.height);
            const view = { scale, left: (margin - left) * scale, top: (margin - top) * scale };
            this.paint(context, { view });
            const url = canvas.toDataURL("image/png");
            if (url.length * 0.75 <= LARGEST_BYTES) {
                return url;
            }
            scale *= 0.8;
        }
    }
}

function distance(one, other) {
    return Math.hypot(other.x - one.x, other.y - one.y);
}
