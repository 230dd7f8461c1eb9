// Notes what a page shows for a moment only, so that no test must look in that very moment: in `said`
// the words of toasts and of what a screen reader is told, in `looks` each participant's expressions,
// one after another, whether or not they faded between.
(() => {
  const said = (window.said = []);
  const looks = (window.looks = {});
  const words = new WeakMap();
  const note = () => {
    for (const element of document.querySelectorAll('.toast p, [role=status]')) {
      const now = element.textContent.replace(/[\u2066-\u2069]/g, '').trim();
      if (now && now !== words.get(element)) said.push(now);
      words.set(element, now);
    }
    for (const tile of document.querySelectorAll('[role=group][data-participant]')) {
      const badges = [...tile.querySelectorAll('[data-expression]')];
      const now = badges.map((badge) => badge.dataset.expression).join();
      const before = (looks[tile.dataset.participant] ??= []);
      if (now && now !== before.at(-1)) before.push(now);
    }
  };
  new MutationObserver(note).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ['data-expression'],
  });
})();
