// Streamlit turns its own parts when the system or the address asks for the other theme, but asks Python for nothing.
export default function ({ setTriggerValue }) {
  const app = document.querySelector('[data-testid="stApp"]');
  const scheme = () => getComputedStyle(app).colorScheme;
  let drawn = scheme();
  const watch = new MutationObserver(() => {
    if (scheme() === drawn) return;
    drawn = scheme();
    setTriggerValue("turned", drawn);
  });
  watch.observe(app, { attributes: true, attributeFilter: ["class", "style"] });
  return () => watch.disconnect();
}
