/* Chips, footnotes and the source pane. One listener each on the document: Gradio replaces the HTML inside. */
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const tell = (id, detail) => {
    find(`#${id} .html-container > div`).dispatchEvent(new CustomEvent("footnote", { detail }));
  };
  let wanted = null; // the mark to light once the pane holds it

  const light = (key, scroll = true) => {
    const marks = document.querySelectorAll("#fn-pane mark.fn-lit");
    let first = null;
    marks.forEach((mark) => {
      const active = mark.dataset.n.split(" ").includes(key);
      mark.classList.toggle("fn-active", active);
      if (active && !first) first = mark;
    });
    if (first && scroll) scrollWithin(find("#fn-pane"), first);
    return first;
  };
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  document.addEventListener("click", (event) => {
    const example = event.target.closest(".fn-example");
    if (example) return ask(example.textContent);
    const chip = event.target.closest("[data-turn][data-n], [data-turn][data-passage]");
    if (chip) return show(chip);
    const more = event.target.closest(".fn-more");
    if (more) tell("fn-pane", { turn: shownTurn(), around: Number(more.dataset.around), key: shownKey() });
  });

  const shownTurn = () => Number(find("#fn-pane .fn-document")?.dataset.turn ?? -1);
  const shownKey = () => find("#fn-pane .fn-document")?.dataset.active ?? "";

  const show = (chip) => {
    const turn = Number(chip.dataset.turn);
    const key = chip.dataset.n ?? `p${chip.dataset.passage}`;
    find('#fn-tabs button[role="tab"]')?.click();
    document.querySelectorAll(".fn-chip, .fn-note").forEach((one) =>
      one.classList.toggle("fn-chosen", one.dataset.turn === chip.dataset.turn && one.dataset.n === chip.dataset.n));
    if (shownTurn() === turn && light(key)) return;
    wanted = key;
    tell("fn-pane", { turn, key });
  };

  const ask = (text) => {
    const box = find("#fn-question textarea");
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => find("#fn-send").click(), 30);
  };

  /* When the pane is new, go to the active place; when an answer is new, show its question. */
  const watch = (id, react) => {
    const target = find(`#${id}`);
    if (!target) return setTimeout(() => watch(id, react), 100);
    new MutationObserver(react).observe(target, { childList: true, subtree: true });
  };
  watch("fn-pane", () => {
    const key = wanted ?? shownKey();
    wanted = null;
    const pane = find("#fn-pane");
    const mark = light(key, false);
    if (mark) scrollWithin(pane, mark);
  });
  watch("fn-talk", () => {
    const last = [...document.querySelectorAll(".fn-turn")].pop();
    find("#fn-examples")?.classList.toggle("fn-asked", Boolean(last));
    if (last) scrollWithin(find("#fn-talk"), last, 0);
  });
  const scrollWithin = (box, item, share = 0.35) => {
    const scroller = scrollerOf(box);
    if (!scroller) return item.scrollIntoView({ block: share ? "center" : "start", behavior: calm() ? "auto" : "smooth" });
    const gap = item.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTo({ top: scroller.scrollTop + gap - scroller.clientHeight * share, behavior: calm() ? "auto" : "smooth" });
  };
  const scrollerOf = (box) => {
    for (let one = box; one; one = one.parentElement)
      if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one !== document.body) return one;
    return null;
  };
})();
