/* Earlier conversations: the drawer, and the browser's own keeping where there is no folder for them.
   What Python tells is described in page/keep.py. `footnote` is page.js's. */
(() => {
  const { one, all, tell, watch } = footnote;
  const drawer = () => one("#fn-talks");
  const OPEN = "footnote-open", TOUCHED = "footnote-touched"; // this tab's conversation; the one changed last in any
  let owner = "", onDisk = null, here = ""; // onDisk: rows {id, title, updated}, null where the browser keeps
  let waiting = false; // whether a question waits until Python has told who comes; null once it has

  /* the browser's storage may be forbidden: then nothing is kept, and the talk goes on */
  const guarded = (act) => { try { return act(); } catch { return null; } };
  const place = (id) => `footnote/${owner}/${id}`;
  const read = (id) => guarded(() => JSON.parse(localStorage.getItem(place(id))));
  const write = (talk) => guarded(() => { localStorage.setItem(place(talk.id), JSON.stringify(talk)); return true; });
  const touch = (id) => guarded(() => localStorage.setItem(TOUCHED, JSON.stringify([owner, id, Date.now()])));
  const inBrowser = () => Object.keys(localStorage).filter((key) => key.startsWith(place("")))
    .map((key) => read(key.slice(place("").length))).filter(Boolean);
  const rows = () => [...(onDisk ?? guarded(inBrowser) ?? [])].sort((a, b) => b.updated - a.updated);
  const remember = (id) => {
    here = id;
    guarded(() => (id ? sessionStorage.setItem(OPEN, id) : sessionStorage.removeItem(OPEN)));
  };

  const list = () => {
    const box = one(".fn-talk-list"), at = document.activeElement;
    if (!box || one(".fn-rename:not([hidden])", box)) return; // a title being typed stays
    const kept = rows(), held = at?.closest(".fn-kept [data-talks]"), id = held?.closest(".fn-kept").dataset.id;
    one(".fn-no-talks").hidden = kept.length > 0;
    box.replaceChildren(...kept.map((row) => {
      const item = one("template", drawer()).content.firstElementChild.cloneNode(true);
      item.dataset.id = row.id;
      one(".fn-kept-title", item).textContent = row.title;
      const date = new Date(row.updated * 1000), time = one("time", item);
      time.dateTime = date.toISOString();
      time.textContent = date.toLocaleString(drawer().lang, { dateStyle: "medium", timeStyle: "short" });
      if (row.id === here) one(".fn-open", item).setAttribute("aria-current", "true");
      all(".fn-actions button", item).forEach((button) => button.setAttribute("aria-label", `${button.textContent}: ${row.title}`));
      one(".fn-rename input", item).value = row.title;
      return item;
    }));
    if (held) one(`.fn-kept[data-id="${id}"] [data-talks=${held.dataset.talks}]`)?.focus();
  };
  const open = (id) => tell("fn-kept", { act: "open", id, talk: onDisk ? null : read(id) });

  const warn = () => {
    const line = document.createElement("p");
    Object.assign(line, { className: "fn-problem", role: "alert", textContent: one(".fn-talk-list").dataset.full });
    all(".fn-turn").pop()?.append(line);
  };

  /* what Python tells */
  const hear = ({ arrived, here: shown, keep, row, gone }) => {
    if (arrived) {
      owner = arrived.owner; onDisk = arrived.list;
      const last = guarded(() => sessionStorage.getItem(OPEN));
      if (last && !waiting && rows().some(({ id }) => id === last)) open(last);
    }
    if (keep && !write(keep)) setTimeout(warn, 300); // once the answer stands
    if (row) onDisk = [row, ...onDisk.filter(({ id }) => id !== row.id)];
    if (gone) { onDisk = onDisk?.filter(({ id }) => id !== gone) ?? null; guarded(() => localStorage.removeItem(place(gone))); }
    if (gone && gone === here) remember("");
    if (shown !== undefined) remember(shown);
    if (keep || row || gone) touch((keep ?? row)?.id ?? gone);
    list();
    if (arrived && waiting) setTimeout(() => one("#fn-send").click(), 60);
    if (arrived) waiting = null;
  };
  let heard = "";
  watch("fn-kept", () => {
    const told = one("#fn-kept [data-told]")?.dataset.told;
    if (!told || told === heard) return;
    heard = told;
    hear(JSON.parse(told));
  }, { attributes: true });

  /* a question asked before that is asked then */
  const hold = (event) => {
    if (waiting === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = true;
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && event.target.matches?.("#fn-question textarea")) hold(event);
  }, true);
  addEventListener("click", (event) => { if (event.target.closest?.("#fn-send")) hold(event); }, true);

  /* another window changed a conversation */
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== TOUCHED || !newValue) return;
    const [whose, id] = JSON.parse(newValue);
    if (whose !== owner) return;
    if (id === here && !one(".fn-pending")) open(id);
    list();
  });

  /* the drawer's buttons */
  const acts = {
    close: () => drawer().close(),
    open: (id) => { drawer().close(); open(id); one("#fn-question textarea").focus(); },
    rename: (id, item) => {
      const form = one(".fn-rename", item);
      form.hidden = !form.hidden;
      if (form.hidden) list(); else one("input", form).select();
    },
    delete: (id, item, button) => {
      if (!button.classList.contains("fn-sure")) {
        button.classList.add("fn-sure");
        button.textContent = button.dataset.sure;
        button.removeAttribute("aria-label");
        return;
      }
      tell("fn-kept", { act: "delete", id });
      item.remove();
      one("#fn-talks button").focus();
    },
  };
  document.addEventListener("click", (event) => {
    if (event.target === drawer()) drawer().close(); // beside it
    if (event.target.closest?.("[data-tool=talks]")) { list(); drawer().showModal(); }
    const button = event.target.closest?.("[data-talks]");
    const item = button?.closest(".fn-kept");
    if (button) acts[button.dataset.talks](item?.dataset.id, item, button);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".fn-rename");
    if (!form) return;
    event.preventDefault();
    const { id } = form.closest(".fn-kept").dataset, title = one("input", form).value.trim();
    const talk = onDisk ? null : read(id);
    if (talk && title) { talk.title = title; write(talk); touch(id); }
    if (title) tell("fn-kept", { act: "rename", id, title });
    form.hidden = true;
    list();
    one(`.fn-kept[data-id="${id}"] .fn-open`)?.focus();
  });
})();
