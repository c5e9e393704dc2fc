// The token of a seat lives as long as the tab: over a reload, and not beyond it.
const KEY = "loadbearing-seat";
let shown = null;

export default function (component) {
  const { data, setStateValue } = component;
  try {
    if (data.token) sessionStorage.setItem(KEY, data.token);
    else if (data.forget) sessionStorage.removeItem(KEY);
    else if (sessionStorage.getItem(KEY)) setStateValue("token", sessionStorage.getItem(KEY));
  } catch {
    // A browser that keeps nothing asks for code and PIN again.
  }
  // Another view begins at its head: who has handed in at the foot of the cards should see the results' first line.
  if (shown !== null && data.view !== shown) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  shown = data.view;
}
