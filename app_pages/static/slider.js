// A rerun brings back the value that Python knew when it started. While a hand is on the slider that value is
// old, so it is ignored until the slider has been still for a moment and Python has answered what was sent last;
// a new epoch (undo, reset, a link) always wins.
const STILL_MS = 900;
const ANSWER_MS = 20000;

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  const root = parentElement.querySelector(".lb");
  const input = root.querySelector("input");
  const state = (root.state ??= { epoch: -1, movedAt: 0, sentAt: 0, timer: 0, settle: 0, awaited: null, sent: null });
  state.data = data;
  state.send = () => {
    clearTimeout(state.timer);
    state.timer = 0;
    state.sentAt = performance.now();
    state.awaited = state.sent = Number(input.value);
    // The count makes a value that was sent before count as a change again.
    state.count = (state.count ?? 0) + 1;
    setStateValue("moved", { percent: Number(input.value), count: `${Date.now()}-${state.count}` });
  };

  const words = (n) => `${n < 0 ? "\u2212" : ""}${Math.abs(n)}${state.data.unit ? `\u00a0${state.data.unit}` : ""}`;
  const draw = () => {
    const { low, high, preset } = state.data;
    const value = Number(input.value);
    // The thumb's middle travels the width less its own size.
    const at = (n) => `calc(9px + (100% - 18px) * ${(n - low) / (high - low || 1)})`;
    root.querySelector("output").textContent = words(value);
    root.querySelector(".fill").style.width = at(value);
    root.querySelector(".tick").style.left = at(preset);
    root.querySelector(".tick").style.display = value === preset ? "none" : "";
    root.classList.toggle("moved", value !== preset);
    input.setAttribute("aria-valuetext", words(value));
  };

  input.min = data.low;
  input.max = data.high;
  input.step = data.step;
  input.disabled = data.reason !== "";
  input.setAttribute("aria-label", data.label);
  input.setAttribute("aria-description", [data.door_words, data.help, data.reason].filter(Boolean).join(" "));
  root.title = data.help;
  root.classList.toggle("world", data.tone === "world");
  root.classList.toggle("inert", data.reason !== "");
  root.querySelector("label").textContent = data.label;
  root.querySelector(".door").dataset.door = data.door;
  root.querySelector(".reason").textContent = data.reason;

  if (data.value === state.awaited || performance.now() - state.sentAt > ANSWER_MS) state.awaited = null;
  const still = performance.now() - state.movedAt > STILL_MS && state.awaited === null;
  if (data.epoch !== state.epoch || still) {
    state.epoch = data.epoch;
    state.awaited = state.sent = null;
    input.value = data.value;
  } else if (Number(input.value) !== data.value) {
    // Python may be behind the hand: send once more when the slider has come to rest.
    clearTimeout(state.settle);
    state.settle = setTimeout(() => Number(input.value) !== state.data.value && state.send(), STILL_MS);
  }
  draw();

  input.oninput = () => {
    state.movedAt = performance.now();
    draw();
    const wait = state.data.wait_ms;
    if (!wait) return;
    const due = state.sentAt + wait - performance.now();
    if (due <= 0) state.send();
    else if (!state.timer) state.timer = setTimeout(state.send, due);
  };
  input.onchange = () => {
    state.movedAt = performance.now();
    // A key press is input and change at once; what input has just sent needs no second run of the page.
    if (Number(input.value) !== state.sent) state.send();
  };
}
