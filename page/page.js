/* Chips, footnotes, the source pane and the buttons around them. Gradio replaces the HTML inside its elements,
   so there is one listener of each kind on the document; what Python must know goes through `tell`. */
const footnote = (() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const tell = (id, detail) => one(`#${id} .html-container > div`).dispatchEvent(new CustomEvent("footnote", { detail }));
  const behavior = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  let wanted = null; // the mark to light once the pane holds it
  let stay = null; // the turn to stay at when the conversation is shown anew, if it is not the last
  let seen = ""; // the questions shown

  /* scrolling: inside the pane where it scrolls by itself, else the page */
  const scrollerOf = (box) => {
    for (let at = box; at && at !== document.body; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
    return null;
  };
  const scrollTo = (item, share = 0.3) => {
    const scroller = scrollerOf(item.parentElement);
    if (!scroller) return item.scrollIntoView({ block: share ? "center" : "start", behavior: behavior() });
    const gap = item.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTo({ top: scroller.scrollTop + gap - scroller.clientHeight * share, behavior: behavior() });
  };

  /* the source pane */
  const shown = () => one("#fn-pane .fn-document")?.dataset ?? {};
  const marks = () => all("#fn-pane mark.fn-lit");
  const light = (key, scroll = true) => {
    const lit = marks().filter((mark) => mark.dataset.n.split(" ").includes(key));
    if (!lit.length) return false;
    marks().forEach((mark) => mark.classList.toggle("fn-active", lit.includes(mark)));
    choose(shown().turn, key);
    if (scroll) scrollTo(lit[0]);
    return true;
  };
  const choose = (turn, key) => all(".fn-chip, .fn-note").forEach((chip) =>
    chip.classList.toggle("fn-chosen", chip.dataset.turn === turn && chip.dataset.n === key));
  const openTab = (id) => {
    const tab = one(`#fn-tabs [role=tab][data-tab-id=${id}]`);
    if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  };
  const show = ({ turn, n }) => {
    openTab("source");
    if (shown().turn === turn && light(n)) return;
    wanted = n;
    tell("fn-pane", { turn: Number(turn), key: n });
  };

  /* find in the document, without touching its HTML; with nothing to find, step through the lit places */
  let found = [], at = -1;
  const search = (text) => {
    found = []; at = -1;
    const root = one("#fn-pane .fn-document");
    const wantedText = text.trim().toLowerCase();
    if (root && wantedText) {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node; (node = walker.nextNode());) {
        const inside = node.data.toLowerCase();
        for (let i = inside.indexOf(wantedText); i >= 0 && inside.length === node.data.length; i = inside.indexOf(wantedText, i + wantedText.length)) {
          const range = new Range();
          range.setStart(node, i); range.setEnd(node, i + wantedText.length);
          found.push(range);
        }
      }
    }
    if (window.Highlight) CSS.highlights.set("fn-found", new Highlight(...found));
    one(".fn-count").textContent = wantedText ? String(found.length) : "";
  };
  const step = (by) => {
    const places = found.length ? found : marks();
    if (!places.length) return;
    if (!found.length) at = places.findIndex((mark) => mark.classList.contains("fn-active"));
    at = (at + by + places.length) % places.length;
    if (!found.length) return light(places[at].dataset.n.split(" ")[0]);
    if (window.Highlight) CSS.highlights.set("fn-found-now", new Highlight(found[at]));
    one(".fn-count").textContent = `${at + 1}/${found.length}`;
    scrollTo(found[at].startContainer.parentElement);
  };

  /* the question box */
  const fill = (text) => {
    const box = one("#fn-question textarea");
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };
  const ask = (text) => { fill(text); setTimeout(() => one("#fn-send").click(), 60); };

  /* buttons */
  const copy = async (button) => {
    const text = button.dataset.copy;
    try { await navigator.clipboard.writeText(text); } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
    }
    say(button, "✓");
  };
  const say = (button, text) => {
    const before = button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = before; }, 1500);
  };
  const busy = () => one(".fn-pending") !== null;
  const reword = (article, on) => {
    const form = one(".fn-rewording", article), heading = one(".fn-question", article);
    form.hidden = !on; heading.hidden = on;
    if (!on) return one("[data-act=edit]", article).focus();
    const box = one("textarea", form);
    box.value = heading.textContent;
    box.focus(); box.select();
  };
  const act = (button) => {
    const { act: name, turn, rating, question, by } = button.dataset;
    if (name === "copy") return copy(button);
    if (name === "edit" && !question) return reword(button.closest(".fn-turn"), true);
    if (busy() && name !== "rate") return;
    const detail = { act: name, turn: Number(turn ?? -1), question, by: Number(by ?? 0) };
    if (name === "branch") stay = detail.turn;
    if (name === "new") one("#fn-question textarea").focus({ preventScroll: true });
    if (name === "rate") {
      const article = button.closest(".fn-turn");
      all(".fn-thumb", article).forEach((thumb) => thumb.setAttribute("aria-pressed", String(thumb === button)));
      const form = one(".fn-reason", article);
      form.hidden = false; form.dataset.rating = rating;
      one("input", form).focus();
      detail.rating = rating;
    }
    tell("fn-talk", detail);
  };
  const tools = {
    find_next: () => step(1), find_previous: () => step(-1), talks: () => {},
    cancel: (button) => reword(button.closest(".fn-turn"), false),
    back: () => all(".fn-turn").pop()?.scrollIntoView({ behavior: behavior() }),
  };
  const clicks = [
    [".fn-example", (button) => ask(button.textContent)],
    ["[data-act]", act],
    ["[data-tool]", (button) => tools[button.dataset.tool](button)],
    ["[data-turn][data-n]", (chip) => { if (chip.matches("button, .fn-note")) show(chip.dataset); }],
    [".fn-more", (button) => tell("fn-pane", { turn: Number(shown().turn), key: shown().active, around: Number(button.dataset.around) })],
    ["button[data-shelf]", (button) => {
      tell("fn-shelf", { shelf: button.dataset.shelf, name: button.dataset.name });
      if (button.dataset.shelf === "show") openTab("source");
    }],
  ];
  document.addEventListener("click", (event) => {
    const hit = clicks.map(([selector, react]) => [event.target.closest?.(selector), react]).find(([target]) => target);
    if (hit) hit[1](hit[0]);
  });
  document.addEventListener("change", (event) => {
    const { shelf, name } = event.target.dataset ?? {};
    if (shelf === "use") tell("fn-shelf", { shelf, name, on: event.target.checked });
  });
  document.addEventListener("input", (event) => { if (event.target.matches(".fn-find")) search(event.target.value); });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches?.(".fn-find") && event.key === "Enter") { event.preventDefault(); step(event.shiftKey ? -1 : 1); }
    if (event.key === "Escape") hide();
    const form = event.target.closest?.(".fn-rewording");
    if (form && event.key === "Escape") reword(form.closest(".fn-turn"), false);
    if (form && event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) { event.preventDefault(); form.requestSubmit(); }
  });
  document.addEventListener("submit", (event) => {
    const rewording = event.target.closest(".fn-rewording");
    if (rewording) {
      event.preventDefault();
      const question = one("textarea", rewording).value.trim();
      if (!question || busy()) return;
      tell("fn-talk", { act: "edit", turn: Number(rewording.dataset.turn), question });
      return one("#fn-question textarea").focus({ preventScroll: true }); // the form goes
    }
    const form = event.target.closest(".fn-reason");
    if (!form) return;
    event.preventDefault();
    tell("fn-talk", { act: "rate", turn: Number(form.dataset.turn), rating: form.dataset.rating, reason: one("input", form).value });
    form.hidden = true;
  });

  /* a chip's quote, beside the chip */
  const card = Object.assign(document.createElement("div"), { className: "fn-card", hidden: true });
  card.setAttribute("role", "tooltip");
  const hide = () => { card.hidden = true; };
  const peek = (chip) => {
    const note = one(`.fn-note[data-n="${chip.dataset.n}"]`, chip.closest(".fn-turn"));
    if (!note) return;
    const place = document.createElement("p"), quote = document.createElement("blockquote");
    place.textContent = one(".fn-place", note).textContent.replace(/^\s*\d+\s*/, "");
    quote.textContent = one("mark", note).textContent;
    quote.dir = "auto";
    card.replaceChildren(place, quote);
    one(".gradio-container").append(card);
    card.hidden = false;
    const box = chip.getBoundingClientRect();
    const left = Math.min(Math.max(8, box.left - 24), innerWidth - card.offsetWidth - 8);
    const below = box.bottom + 8 + card.offsetHeight < innerHeight;
    card.style.left = `${left}px`;
    card.style.top = `${below ? box.bottom + 8 : box.top - card.offsetHeight - 8}px`;
  };
  for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(enter, (event) => { const chip = event.target.closest?.(".fn-chip"); if (chip) peek(chip); });
    document.addEventListener(leave, (event) => { if (event.target.closest?.(".fn-chip")) hide(); });
  }

  /* what Python changed */
  const live = Object.assign(document.createElement("div"), { className: "fn-live" });
  live.setAttribute("aria-live", "polite");
  const watch = (id, react, more = {}) => {
    const target = one(`#${id}`);
    if (!target) return setTimeout(() => watch(id, react, more), 60);
    new MutationObserver(react).observe(target, { childList: true, subtree: true, ...more });
    react();
  };
  /* what scrolls by itself can be reached by keyboard */
  ["fn-talk", "fn-pane", "fn-searched"].forEach((id) => watch(id, () => { one(`#${id}`).tabIndex = 0; }));
  let read = "";
  watch("fn-pane", () => {
    if (!shown().turn) return;
    const key = wanted ?? shown().active;
    const scroll = wanted !== null || scrollerOf(one("#fn-pane")) !== null; // a narrow page stays at the answer
    wanted = null;
    if (!key || !light(key, scroll)) one("#fn-pane").scrollTop = 0;
    if (one(".fn-find")?.value) search(one(".fn-find").value);
  });
  watch("fn-talk", () => {
    hide();
    const turns = all(".fn-turn");
    all("#fn-panes, #fn-top").forEach((part) => {
      part.classList.toggle("fn-asked", turns.length > 0);
      part.classList.toggle("fn-busy", Boolean(one(".fn-pending")));
    });
    const sight = turns.map((turn) => one(".fn-question", turn).textContent + turn.matches(".fn-pending")).join();
    const target = turns[stay] ?? turns.at(-1), last = turns.pop();
    if (last && sight !== seen) {
      const scroller = scrollerOf(last);
      if (scroller) scroller.scrollTop = target.offsetTop - scroller.offsetTop;
      else if (last.matches(".fn-pending")) last.scrollIntoView({ block: turns.length ? "start" : "nearest" });
    }
    if (sight !== seen) stay = null;
    seen = sight;
    const answer = last && !last.matches(".fn-pending") ? one(".fn-answer", last).textContent : "";
    if (answer && answer !== read) { one(".gradio-container").append(live); live.textContent = answer; }
    read = answer;
  });
  let saved = "";
  watch("fn-download", () => {
    const link = one("#fn-download a[download]");
    if (!link || link.dataset.at === saved) return;
    saved = link.dataset.at;
    link.click();
  }, { attributes: true }); // Gradio changes what is there rather than replacing it
  watch("fn-top", () => {
    const { lang, dir } = one(".fn-header") ?? {};
    if (lang) Object.assign(document.documentElement, { lang, dir });
  });
  return { one, all, tell, watch };
})();
