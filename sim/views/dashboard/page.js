// Bokeh's sliders, spinners, lists and canvases have no names that a screen reader could say. They stand in
// shadow roots, which no selector from outside reaches; so each root is watched from its making on.
(() => {
  const give = (one, names) => {
    for (const [name, value] of Object.entries(names))
      if (one.getAttribute(name) !== value) one.setAttribute(name, value);
  };
  const slider = (root, title) => {
    const shown = title.querySelector('.bk-slider-value')?.textContent ?? '';
    const name = (shown ? title.textContent.replace(shown, '') : title.textContent).replace(/:\s*$/, '').trim();
    const handles = root.querySelectorAll('.noUi-handle');
    const values = handles.length > 1 ? shown.split(' .. ') : [shown];
    handles.forEach((one, k) => give(one, {
      'aria-label': handles.length > 1 ? `${name}, ${k ? 'to' : 'from'}` : name,
      'aria-valuetext': values[k] ?? shown,
    }));
  };
  const group = (one, name) => {
    // The arrow keys do in the field what the two buttons do, so these are no stops of their own.
    one.querySelectorAll('.bk-spin-btn-up').forEach(up => give(up, {'aria-label': `${name}: more`, tabindex: '-1'}));
    one.querySelectorAll('.bk-spin-btn-down').forEach(down => give(down, {'aria-label': `${name}: less`, tabindex: '-1'}));
    one.querySelectorAll('[role=combobox], .choices__input--cloned').forEach(list => give(list, {'aria-label': name}));
  };
  const name = root => {
    root.querySelectorAll('.bk-slider-title').forEach(title => slider(root, title));
    root.querySelectorAll('.bk-input-group').forEach(one => {
      const label = one.querySelector('label');
      if (label) group(one, label.textContent.trim());
    });
    // The list of axes gives its items states and its field a role that neither may have.
    root.querySelectorAll('.choices__item[aria-selected]').forEach(one => one.removeAttribute('aria-selected'));
    root.querySelectorAll('.choices__input--cloned[role]').forEach(one => one.removeAttribute('role'));
    // A figure takes no key: what a tap on it does, a slider or a button beside it does too.
    root.querySelectorAll('.bk-events[tabindex="0"]').forEach(one => give(one, {tabindex: '-1'}));
  };
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) {
    const root = attach.call(this, how);
    const watched = {childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['aria-valuetext', 'aria-selected', 'role', 'tabindex']};
    new MutationObserver(() => name(root)).observe(root, watched);
    return root;
  };
})();

// The address follows what is set; here what is set follows the address, as a visitor goes back and forth.
(() => {
  const whole = () => location.pathname + location.search + location.hash;
  const settled = url => url.replace(/&?week=\d+/, '');
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    if (url === whole()) return;
    // A step from week to week is no place to come back to.
    if (settled(url) === settled(whole())) history.replaceState(state, title, url);
    else push(state, title, url);
  };
  window.addEventListener('popstate', () => {
    for (const doc of window.Bokeh?.documents ?? [])
      for (const one of doc._all_models.values())
        if (one.type === 'panel.models.location.Location') one.search = location.search;
  });
})();
