import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useEffect,
    useRef,
    useState,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { shrinkPhoto } from "../quick_entry/photo";
import { judge } from "./walk_session";

const RETRY_DELAY = 10000;
const PATIENCE = 2000;
const SWIPE = 60;
export const VERDICTS = {
    pass: { icon: "fa-check", color: "success" },
    fail: { icon: "fa-times", color: "danger" },
    na: { icon: "fa-minus", color: "secondary" },
};

/** A kept photo, as the screen shows it. */
function toThumb({ name, datas }) {
    return { name, datas, url: `data:image/jpeg;base64,${datas}` };
}

/**
 * Walking a checklist: one item a screen on the phone, list and item side by side on a desktop.
 * Works without a network; the page around it says how to reach the server.
 */
export class AcceptanceWalk extends Component {
    static template = "customer_delivery.AcceptanceWalk";
    static props = {
        session: Object,
        // the only side this person answers for, or empty to choose
        side: { type: String, optional: true },
        // whether it is the customer himself who holds the device
        isCustomer: { type: Boolean, optional: true },
        // what to tell on a page that has no notifications
        told: { type: Object, optional: true },
        onClose: Function,
        onError: Function,
    };

    setup() {
        this.session = useState(this.props.session);
        this.told = useState(this.props.told || { text: "" });
        this.noteRef = useRef("note");
        this.state = useState({
            index: 0,
            side: this.props.side || "check",
            showsList: false,
            isDone: false,
            isSaving: false,
            personId: 0,
            personName: "",
            asksPerson: false,
            ...this.emptyAnswer,
        });
        onWillStart(() => this.start());
        const flush = () => this.session.waiting.length && this.session.flush();
        onMounted(() => {
            browser.addEventListener("online", flush);
            this.timer = browser.setInterval(flush, RETRY_DELAY);
        });
        onWillUnmount(() => {
            browser.removeEventListener("online", flush);
            browser.clearInterval(this.timer);
        });
        useEffect(
            () => this.keepDraft(),
            () => [this.state.value, this.state.answer, this.state.note, this.state.photos.length]
        );
    }

    async start() {
        await this.session.start();
        const { data } = this.session;
        if (!this.props.side && data.side) {
            this.state.side = data.side;
        }
        const kept = JSON.parse(browser.localStorage.getItem(this.personKey) || "null");
        Object.assign(this.state, kept || { personId: data.person_id, personName: data.person_name });
        const draft = this.session.latestDraft(this.state.side);
        const begun = draft ? this.items.findIndex((item) => item.id === draft.itemId) : -1;
        this.goTo(begun >= 0 ? begun : Math.max(this.nextOpen(-1), 0));
    }

    // === WHAT IS SHOWN === //

    get emptyAnswer() {
        return { value: "", answer: "", note: "", photos: [], wantsFail: false };
    }

    get personKey() {
        return `${this.session.cacheKey}.person`;
    }

    get data() {
        return this.session.data;
    }

    get items() {
        return this.session.items;
    }

    get item() {
        return this.items[this.state.index];
    }

    get answer() {
        return this.session.answerOf(this.item, this.state.side);
    }

    get entry() {
        return this.session.entryOf(this.item, this.state.side);
    }

    get otherSide() {
        return this.state.side === "check" ? "customer" : "check";
    }

    get otherAnswer() {
        return this.session.answerOf(this.item, this.otherSide);
    }

    get conflict() {
        return this.session.conflicts[this.item.id];
    }

    get isAsking() {
        return ["measure", "score", "choice"].includes(this.item.kind);
    }

    get answeredCount() {
        return this.items.filter((item) => this.verdictOf(item)).length;
    }

    get progress() {
        return this.items.length ? Math.round((100 * this.answeredCount) / this.items.length) : 0;
    }

    get personLabel() {
        const person = this.data.people.find((known) => known.id === this.state.personId);
        return person ? person.name : this.state.personName;
    }

    get sideLabel() {
        return this.state.side === "check" ? _t("Own check") : _t("Customer");
    }

    get counts() {
        const counts = { pass: 0, fail: 0, na: 0, open: 0 };
        for (const item of this.items) {
            counts[this.verdictOf(item) || "open"]++;
        }
        return counts;
    }

    get failed() {
        return this.items.filter((item) => this.verdictOf(item) === "fail");
    }

    get notePlaceholder() {
        return _t("Note");
    }

    get failPlaceholder() {
        return _t("What is wrong? Then press Failed once more.");
    }

    verdictOf(item) {
        return item.waived ? "na" : this.session.answerOf(item, this.state.side).verdict;
    }

    look(verdict) {
        return VERDICTS[verdict] || { icon: "fa-circle-o", color: "light" };
    }

    label(verdict) {
        return { pass: _t("Passed"), fail: _t("Failed"), na: _t("Not applicable") }[verdict] || "";
    }

    valueText(item, answer) {
        if (!answer.verdict || answer.verdict === "na") {
            return "";
        }
        if (item.kind === "measure") {
            return `${answer.value} ${item.unit}`.trim();
        }
        return item.kind === "score" ? `${answer.value} / 5` : answer.answer;
    }

    /** Who gave an answer, and when. */
    signature(answer) {
        const when = answer.date ? toLocaleDateTimeString(deserializeDateTime(answer.date)) : "";
        const recorded = answer.recorded_by && _t("recorded by %s", answer.recorded_by);
        return [answer.by, recorded, when].filter(Boolean).join(" · ");
    }

    // === MOVING === //

    goTo(index) {
        this.state.index = Math.min(Math.max(index, 0), Math.max(this.items.length - 1, 0));
        this.state.isDone = false;
        this.state.showsList = false;
        Object.assign(this.state, this.emptyAnswer);
        if (!this.item) {
            return;
        }
        const { verdict, value, answer, note } = this.answer;
        this.state.note = note || "";
        if (verdict && verdict !== "na") {
            this.state.answer = answer || "";
            this.state.value = ["measure", "score"].includes(this.item.kind) ? String(value) : "";
        }
        this.shown = this.typed;
        const draft = this.session.draftOf(this.item, this.state.side);
        if (draft) {
            Object.assign(this.state, {
                value: String(draft.value ?? ""),
                answer: draft.answer || "",
                note: draft.note || "",
                photos: (draft.photos || []).map(toThumb),
            });
        }
    }

    /** What stands in the fields, as it is kept. */
    get typed() {
        const { value, answer, note, photos } = this.state;
        return { value, answer, note, photos: photos.map(({ name, datas }) => ({ name, datas })) };
    }

    /** Keep what differs from the answer that is known; it waits here until it is answered. */
    keepDraft() {
        if (!this.item || this.state.isDone) {
            return;
        }
        const typed = this.typed;
        const isNew = ["value", "answer", "note"].some((name) => typed[name] !== this.shown[name]);
        if (isNew || typed.photos.length) {
            this.session.keepDraft(this.item, this.state.side, typed);
        } else {
            this.session.dropDraft(this.item, this.state.side);
        }
    }

    /** Index of the next item without an answer, from the one after `index` on, else -1. */
    nextOpen(index) {
        const isOpen = (item) =>
            !this.verdictOf(item) || this.session.hasTrouble(item, this.state.side);
        const later = this.items.findIndex((item, place) => place > index && isOpen(item));
        return later >= 0 ? later : this.items.findIndex(isOpen);
    }

    goOn() {
        const next = this.nextOpen(this.state.index);
        if (next >= 0) {
            this.goTo(next);
        } else {
            this.state.isDone = true;
        }
    }

    onTouchStart(ev) {
        const { clientX, clientY } = ev.changedTouches[0];
        this.touch = { clientX, clientY };
    }

    onTouchEnd(ev) {
        if (!this.touch || ev.target.closest("input, textarea, select")) {
            return;
        }
        const { clientX, clientY } = ev.changedTouches[0];
        const [dx, dy] = [clientX - this.touch.clientX, clientY - this.touch.clientY];
        if (Math.abs(dx) > SWIPE && Math.abs(dx) > 2 * Math.abs(dy)) {
            this.goTo(this.state.index + (dx < 0 ? 1 : -1));
        }
    }

    // === ANSWERING === //

    async onPhotos(ev) {
        for (const file of ev.target.files) {
            try {
                this.state.photos.push(await shrinkPhoto(file));
            } catch {
                this.props.onError(_t("%s is not a picture.", file.name));
            }
        }
        ev.target.value = "";
    }

    removePhoto(index) {
        this.state.photos.splice(index, 1);
    }

    setScore(score) {
        this.state.value = String(score);
        return this.save("");
    }

    choose(answer) {
        this.state.answer = answer;
        return this.save("");
    }

    /** The button of a verdict; what failed is first told in words. */
    async onVerdict(verdict) {
        const says = this.state.note.trim() || this.state.photos.length;
        if (verdict === "fail" && !this.state.wantsFail && !says) {
            this.state.wantsFail = true;
            await Promise.resolve();
            this.noteRef.el?.focus();
            return;
        }
        await this.save(verdict);
    }

    async save(verdict) {
        const item = this.item;
        const values = this.prepareValues(item, verdict);
        if (!values) {
            return;
        }
        const { side } = this.state;
        const isFailed = judge(item, { ...values, verdict: verdict || undefined }) === "fail";
        this.state.isSaving = true;
        try {
            await this.session.keepAnswer(item, side, values);
            // whoever stands in a hall does not wait for a weak network
            await Promise.race([
                this.session.flush(),
                new Promise((resolve) => browser.setTimeout(resolve, PATIENCE)),
            ]);
        } finally {
            this.state.isSaving = false;
        }
        if (this.session.hasTrouble(item, side)) {
            return;
        }
        Object.assign(this.state, { photos: [], wantsFail: false });
        this.shown = this.typed;
        // a value that fails by itself is looked at before one goes on
        if (isFailed && !verdict && !values.note) {
            this.noteRef.el?.focus();
            return;
        }
        this.goOn();
    }

    /** What is sent for the answer on the screen, or nothing when something is missing. */
    prepareValues(item, verdict) {
        const { side, value, answer, note, photos, personId } = this.state;
        const applies = verdict !== "na";
        if (side === "customer" && !this.props.isCustomer && !this.personLabel) {
            this.state.asksPerson = true;
            return null;
        }
        const number = String(value).trim().replace(",", ".");
        const wantsNumber = applies && ["measure", "score"].includes(item.kind);
        if (wantsNumber && (number === "" || isNaN(number))) {
            this.props.onError(_t("Please enter what was measured."));
            return null;
        }
        if (applies && item.kind === "choice" && !answer) {
            this.props.onError(_t("Please choose one of the answers."));
            return null;
        }
        if (verdict === "pass" && item.kind === "text" && !answer.trim()) {
            this.props.onError(_t("Please write the answer."));
            return null;
        }
        const hasProof = photos.length || item.photos || item.has_proof;
        const judged = verdict || judge(item, { value: Number(number), answer });
        if (judged === "pass" && item.evidence && !hasProof) {
            this.props.onError(_t("A photo is needed before this can pass."));
            return null;
        }
        const values = {
            verdict: verdict || false,
            value: wantsNumber ? Number(number) : null,
            answer: applies ? answer.trim() : "",
            note: note.trim(),
            images: photos.map(({ name, datas }) => ({ name, datas })),
        };
        if (side === "customer" && !this.props.isCustomer) {
            Object.assign(values, {
                person_id: personId || false,
                person_name: personId ? "" : this.personLabel,
                via: "site",
            });
        }
        return values;
    }

    async answerAgain() {
        await this.session.answerAgain(this.item);
        this.goOn();
    }

    async keepTheirs() {
        this.session.keepTheirs(this.item);
        await this.session.dropDraft(this.item, this.state.side);
        this.goTo(this.state.index);
    }

    async dropEntry() {
        await this.session.drop(this.entry);
        this.goTo(this.state.index);
    }

    // === WHO DECIDES === //

    setSide(side) {
        this.state.side = side;
        this.state.asksPerson = side === "customer" && !this.props.isCustomer && !this.personLabel;
        this.goTo(Math.max(this.nextOpen(-1), 0));
    }

    onPerson(ev) {
        this.state.personId = Number(ev.target.value);
    }

    keepPerson() {
        const { personId, personName } = this.state;
        if (!this.personLabel) {
            this.props.onError(_t("Please name the person."));
            return;
        }
        this.state.asksPerson = false;
        browser.localStorage.setItem(this.personKey, JSON.stringify({ personId, personName }));
    }
}
