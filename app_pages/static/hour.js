// Plays an hour that has been simulated. Nothing runs by itself: it starts at the press of the button, and whoever
// asked their system for less motion is given one step a press instead.
const FRAME_MS = 120;

export default function (component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".hour");
  const [button, input, clock] = root.querySelectorAll("button, input, output");
  const state = (root.state ??= { timer: 0, told: "" });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const last = data.steps - 1;
  const write = (n) => n.toLocaleString("en-US");

  const stop = () => {
    clearInterval(state.timer);
    state.timer = 0;
    button.textContent = calm ? "Next step" : "Play";
  };
  const draw = () => {
    const at = Math.min(Number(input.value), last);
    const minute = ((at + 1) * data.step_s) / 60;
    clock.textContent = `minute ${minute}`;
    let waiting = 0;
    root.querySelectorAll(".row").forEach((row, index) => {
      const { answering, waiting: queue } = data.rows[index];
      waiting += queue[at];
      row.querySelector("small").textContent = `${write(answering[at])} answering, ${write(queue[at])} waiting`;
      const busy = Math.ceil(answering[at] / data.each);
      const dots = row.querySelector(".dots");
      dots.replaceChildren(
        ...Array.from({ length: busy + Math.ceil(queue[at] / data.each) }, (_, n) => {
          const dot = document.createElement("i");
          dot.className = n < busy ? "dot" : "dot wait";
          return dot;
        }),
      );
    });
    const gone = data.fates.map((fate) => fate.counts[at]);
    const whole = gone.reduce((sum, n) => sum + n, 0) || 1;
    root.querySelectorAll(".fates i").forEach((bar, n) => (bar.style.width = `${(100 * gone[n]) / whole}%`));
    const said = data.fates.map((fate, n) => `${write(gone[n])} ${fate.name}`).join(", ");
    root.querySelector(".said").textContent = `Of ${write(data.asked[at])} asked so far: ${said}.`;
    root.querySelector(".fates").setAttribute("aria-label", said);
    input.setAttribute("aria-valuetext", `minute ${minute}, ${write(waiting)} waiting`);
  };
  const step = () => {
    input.value = Number(input.value) >= last ? 0 : Number(input.value) + 1;
    draw();
    if (Number(input.value) >= last) stop();
  };

  if (state.told !== data.id) {
    state.told = data.id;
    stop();
    input.max = last;
    input.value = 0;
    root.querySelector(".each").textContent = data.each > 1 ? `${data.each} being answered` : "being answered";
    root.querySelector(".rows").replaceChildren(
      ...data.rows.map(({ name }) => {
        const row = document.createElement("div");
        row.className = "row";
        row.innerHTML = "<div><b></b><small></small></div><div class='dots' aria-hidden='true'></div>";
        row.querySelector("b").textContent = name;
        return row;
      }),
    );
    root.querySelector(".fates").replaceChildren(...data.fates.map(() => document.createElement("i")));
    draw();
  }
  button.onclick = () => {
    if (state.timer) return stop();
    step();
    if (calm) return;
    button.textContent = "Pause";
    state.timer = setInterval(step, FRAME_MS);
  };
  input.oninput = () => {
    stop();
    draw();
  };
  return () => clearInterval(state.timer);
}
