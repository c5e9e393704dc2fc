// The token of a seat lives as long as the tab: over a reload, and not beyond it.
const KEY = "loadbearing-seat";

export default function (component) {
  const { data, setStateValue } = component;
  try {
    if (data.token) sessionStorage.setItem(KEY, data.token);
    else if (data.forget) sessionStorage.removeItem(KEY);
    else if (sessionStorage.getItem(KEY)) setStateValue("token", sessionStorage.getItem(KEY));
  } catch {
    // A browser that keeps nothing asks for code and PIN again.
  }
}
