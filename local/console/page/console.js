const REFRESH_MS = 2000;
const status = document.querySelector('#status');

async function refresh() {
  try {
    const response = await fetch('/console/state.json');
    if (!response.ok) throw new Error(`state.json answered ${response.status}`);
    const state = await response.json();
    for (const place of document.querySelectorAll('[data-list]')) show(place, state);
    status.textContent = `Connections: ${state.connections.length}. Events waiting in the outbox: ${state.outboxWaiting}.`;
  } catch {
    status.textContent = 'Ordercast does not answer; trying again.';
  }
  setTimeout(refresh, REFRESH_MS);
}

function show(place, state) {
  const rows = state[place.dataset.list];
  const text = JSON.stringify(rows);
  if (place.dataset.shown === text) return;
  place.dataset.shown = text;
  place.tabIndex = 0;
  place.replaceChildren(rows.length === 0 ? 'None.' : table(rows, place.dataset.columns));
}

function table(rows, columns) {
  const names = columns ? columns.split(',') : [...new Set(rows.flatMap(Object.keys))];
  const element = document.createElement('table');
  const head = element.createTHead().insertRow();
  for (const name of names) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = name;
    head.append(cell);
  }
  const body = element.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const name of names) {
      const cell = line.insertCell();
      // What people wrote may run from right to left.
      cell.dir = 'auto';
      cell.textContent = textOf(row[name]);
    }
  }
  return element;
}

function textOf(value) {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

refresh();
