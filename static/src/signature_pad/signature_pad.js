import { Component, onMounted, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Drawing } from "./drawing";

// Sharper than this no finger draws, and large canvases are slow on cheap phones.
const SHARPEST = 3;

/**
 * A field to sign in by hand.
 *
 * It owns nothing but its own elements: several on a page do not disturb each other. Strokes
 * stay when the phone is turned, the keyboard opens or the window changes its size.
 */
export class SignaturePad extends Component {
    static template = "customer_delivery.SignaturePad";
    static props = {
        label: { type: String, optional: true },
        // name of a hidden input that carries the picture in a form
        inputName: { type: String, optional: true },
        // reactive; its owner sets isShown to say that the signature is missing
        refusal: { type: Object, optional: true },
        // called after each change with {problem, getImage}; no problem means that it is signed
        onChange: { type: Function, optional: true },
    };

    setup() {
        this.drawing = new Drawing();
        this.state = useState({ isEmpty: true, problem: "empty" });
        this.paperRef = useRef("paper");
        this.canvasRef = useRef("canvas");
        this.inputRef = useRef("input");
        this.pointer = null;
        this.observer = new ResizeObserver(() => this.resize());
        onMounted(() => {
            // old in-app browsers know no touch-action, and a page that scrolls cannot be signed
            this.canvasRef.el.addEventListener("touchstart", (ev) => ev.preventDefault(), {
                passive: false,
            });
            this.resize();
            this.observer.observe(this.paperRef.el);
        });
        onWillUnmount(() => this.observer.disconnect());
    }

    get label() {
        return this.props.label || _t("Signature");
    }

    get message() {
        if (!this.props.refusal?.isShown || !this.state.problem) {
            return "";
        }
        return this.state.isEmpty
            ? _t("Please sign in the field above.")
            : _t("This is too little for a signature. Please write your name.");
    }

    /** Fit canvas and strokes to the room there is; a hidden field waits until it has some. */
    resize() {
        const { clientWidth: width, clientHeight: height } = this.paperRef.el;
        const sharpness = Math.min(window.devicePixelRatio || 1, SHARPEST);
        const canvas = this.canvasRef.el;
        const isSame =
            this.drawing.view &&
            canvas.width === Math.round(width * sharpness) &&
            canvas.height === Math.round(height * sharpness);
        if (!width || !height || isSame) {
            return;
        }
        this.pointer = null;
        canvas.width = Math.round(width * sharpness);
        canvas.height = Math.round(height * sharpness);
        this.sharpness = sharpness;
        this.drawing.fit(width, height);
        this.repaint();
    }

    get context() {
        const context = this.canvasRef.el.getContext("2d");
        context.setTransform(this.sharpness, 0, 0, this.sharpness, 0, 0);
        return context;
    }

    repaint() {
        const { clientWidth, clientHeight } = this.paperRef.el;
        this.context.clearRect(0, 0, clientWidth, clientHeight);
        this.drawing.paint(this.context);
    }

    // === THE HAND === //

    onPointerDown(ev) {
        if (this.pointer !== null || ev.button || !this.drawing.view) {
            return;
        }
        ev.preventDefault();
        this.pointer = ev.pointerId;
        try {
            this.canvasRef.el.setPointerCapture(ev.pointerId);
        } catch {
            // the pointer has left already: what it drew stays
        }
        this.drawing.begin(...this.point(ev));
        this.drawing.paint(this.context, { onlyNewest: true });
        this.state.isEmpty = false;
    }

    onPointerMove(ev) {
        if (ev.pointerId !== this.pointer) {
            return;
        }
        const between = ev.getCoalescedEvents?.() || [];
        for (const moment of between.length ? between : [ev]) {
            this.drawing.extend(...this.point(moment));
            this.drawing.paint(this.context, { onlyNewest: true });
        }
    }

    onPointerEnd(ev) {
        if (ev.pointerId === this.pointer) {
            this.pointer = null;
            this.tell();
        }
    }

    point(ev) {
        const { left, top } = this.canvasRef.el.getBoundingClientRect();
        const pressure = ev.pointerType === "pen" ? ev.pressure : 0;
        return [ev.clientX - left, ev.clientY - top, ev.timeStamp, pressure];
    }

    // === THE BUTTONS === //

    undo() {
        this.drawing.undo();
        this.afterRemoval();
    }

    clear() {
        this.drawing.clear();
        this.afterRemoval();
    }

    afterRemoval() {
        this.pointer = null;
        if (this.drawing.isEmpty) {
            const { clientWidth, clientHeight } = this.paperRef.el;
            this.drawing.fit(clientWidth, clientHeight);
        }
        this.repaint();
        this.tell();
    }

    tell() {
        const problem = this.drawing.problem;
        Object.assign(this.state, { problem, isEmpty: this.drawing.isEmpty });
        if (this.inputRef.el) {
            this.inputRef.el.value = problem ? "" : this.drawing.toDataURL();
        }
        this.props.onChange?.({
            problem,
            getImage: () => (problem ? "" : this.drawing.toDataURL()),
        });
    }
}
