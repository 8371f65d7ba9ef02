// A stand-in for AWS's Crowd HTML Elements. Children stay in the light DOM and are shown through slots; all text from
// the template is set as textContent.
"use strict";
const SHARED = `
  *, *::before, *::after { box-sizing: border-box; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  button { font: inherit; cursor: pointer; border-radius: .375rem; padding: .5rem 1rem; min-height: 2.75rem;
    border: 1px solid var(--edge); background: var(--card); color: var(--ink); }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; min-width: 8rem; }
`;

const build = (host, style, markup) => {
  const root = host.attachShadow({ mode: "open" });
  root.innerHTML = `<style>${SHARED}${style}</style>${markup}`;
  return root;
};

customElements.define("crowd-classifier", class extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = build(this, `
      .page { display: grid; gap: 1rem; align-items: start; grid-template-columns: minmax(14rem, 18rem) minmax(0, 1fr) minmax(13rem, 17rem);
        grid-template-areas: "help task choice"; }
      .help { grid-area: help; } .task { grid-area: task; min-width: 0; } .choice { grid-area: choice; }
      .panel { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem;
        min-width: 0; overflow-wrap: anywhere; }
      .panel button { width: 100%; }
      h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .75rem; overflow-wrap: anywhere; }
      h2 { font-size: 1rem; margin: 0 0 .5rem; }
      fieldset { border: 0; margin: 0; padding: 0; min-width: 0; } legend { padding: 0; font-weight: 600; margin-bottom: .5rem; }
      label { display: flex; gap: .625rem; align-items: center; min-height: 2.75rem; padding: .375rem .75rem; margin-bottom: .5rem;
        border: 1px solid var(--edge); border-radius: .375rem; cursor: pointer; overflow-wrap: anywhere; }
      label:hover { border-color: var(--accent); }
      label:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); font-weight: 600; }
      label:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
      label span { flex: 1; min-width: 0; }
      input { accent-color: var(--accent); width: 1.125rem; height: 1.125rem; flex: none; margin: 0; }
      input:focus-visible { outline: none; }
      kbd { font: .8125rem ui-monospace, Menlo, Consolas, monospace; color: var(--quiet);
        border: 1px solid var(--line); border-radius: .25rem; padding: 0 .375rem; }
      .keys, .error { color: var(--quiet); font-size: .875rem; margin: .25rem 0 0; } .error { color: var(--warn); }
      dialog { max-width: min(48rem, 92vw); max-height: 86vh; border: 1px solid var(--line); border-radius: .625rem; padding: 1.25rem;
        background: var(--card); color: var(--ink); overflow: auto; overflow-wrap: anywhere; }
      dialog::backdrop { background: rgb(0 0 0 / .5); }
      @media (max-width: 64rem) {
        .page { grid-template-columns: minmax(0, 1fr) minmax(13rem, 17rem);
          grid-template-areas: "task choice" "help help"; }
      }
      @media (max-width: 40rem) { .page { grid-template-columns: minmax(0, 1fr); grid-template-areas: "task" "choice" "help"; } }
    `, `
      <div class="page">
        <section class="task" aria-labelledby="question"><h1 id="question"></h1><slot name="target"></slot><slot></slot></section>
        <section class="choice panel"><fieldset><legend>Select an option</legend></fieldset><p class="keys"></p></section>
        <section class="help panel" aria-labelledby="help"><h2 id="help">Instructions</h2><slot name="short"></slot>
          <button type="button" class="open">View full instructions</button></section>
      </div>
      <dialog aria-labelledby="full"><h1 id="full"></h1><slot name="full"></slot>
        <form method="dialog"><button class="main">Close</button></form></dialog>
    `);
    this.fill(root);
  }

  fill(root) {
    const header = this.getAttribute("header") ?? "";
    root.querySelector("#question").textContent = header;
    for (const [tag, slot] of [["classification-target", "target"], ["short-instructions", "short"], ["full-instructions", "full"]]) {
      for (const child of this.querySelectorAll(`:scope > ${tag}`)) child.slot = slot;
    }
    const full = this.querySelector(":scope > full-instructions");
    const dialog = root.querySelector("dialog");
    root.querySelector("#full").textContent = full?.getAttribute("header") || header;
    root.querySelector(".open").hidden = !full;
    root.querySelector(".open").addEventListener("click", () => dialog.showModal());
    this.offer(root, this.categories());
    document.addEventListener("keydown", (event) => this.key(event, root, dialog));
  }

  categories() {
    try {
      const given = JSON.parse(this.getAttribute("categories"));
      return Array.isArray(given) ? given.map(String) : [];
    } catch {
      return [];
    }
  }

  offer(root, labels) {
    const list = root.querySelector("fieldset");
    labels.forEach((text, index) => {
      const label = document.createElement("label");
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "label", value: text });
      const caption = Object.assign(document.createElement("span"), { textContent: text });
      label.append(input, caption);
      if (index < 9) {
        input.setAttribute("aria-keyshortcuts", String(index + 1));
        const key = Object.assign(document.createElement("kbd"), { textContent: String(index + 1) });
        key.setAttribute("aria-hidden", "true");
        label.append(key);
      }
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.closest("crowd-form")?.submit();
      });
      list.append(label);
    });
    const keys = root.querySelector(".keys");
    if (labels.length) {
      keys.textContent = `Press ${labels.length > 1 ? `1 to ${Math.min(labels.length, 9)}` : "1"} to select, Enter to submit.`;
    } else {
      keys.className = "error";
      keys.textContent = "The template has no list of categories, so workers could not answer.";
    }
  }

  key(event, root, dialog) {
    const at = event.composedPath()[0];
    const typing = at.matches?.("input:not([type=radio]), textarea, select, [contenteditable]");
    if (typing || dialog.open || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const input = root.querySelectorAll("input")[Number(event.key) - 1];
    if (input) {
      input.checked = true;
      input.focus();
    }
  }

  get answer() {
    const chosen = this.shadowRoot?.querySelector("input:checked");
    return chosen ? { label: chosen.value } : null;
  }
});

customElements.define("crowd-form", class extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = build(this, `
      .foot { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: flex-end; margin-top: 1rem;
        padding-top: 1rem; border-top: 1px solid var(--line); }
      .foot p { margin: 0; color: var(--warn); }
      .sent { margin-top: 1rem; padding: 1rem; background: var(--card); border: 1px solid var(--accent); border-radius: .5rem; }
      .sent h2 { font-size: 1rem; margin: 0 0 .5rem; }
      pre { margin: 0; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
        white-space: pre-wrap; overflow-wrap: anywhere; }
      [hidden] { display: none; }
    `, `
      <slot></slot>
      <div class="foot"><p role="alert"></p><button type="button" class="main">Submit</button></div>
      <div role="status"><div class="sent" hidden><h2>The answer that AWS would receive</h2><pre></pre></div></div>
    `);
    root.querySelector("button").addEventListener("click", () => this.submit());
  }

  submit() {
    const root = this.shadowRoot;
    const classifiers = [...this.querySelectorAll("crowd-classifier")];
    const missing = classifiers.find((one) => !one.answer);
    root.querySelector("p").textContent = missing ? "Select an option first." : "";
    root.querySelector(".sent").hidden = Boolean(missing) || !classifiers.length;
    if (missing || !classifiers.length) return;
    const answer = Object.fromEntries(classifiers.map((one) => [one.getAttribute("name") ?? "", one.answer]));
    for (const field of this.querySelectorAll("input[name], textarea[name], select[name]")) {
      if (!["checkbox", "radio"].includes(field.type) || field.checked) answer[field.name] = field.value;
    }
    root.querySelector("pre").textContent = JSON.stringify(answer);
    root.querySelector(".sent").scrollIntoView({ block: "nearest" });
  }
});
