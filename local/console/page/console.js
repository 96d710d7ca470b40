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
  place.replaceChildren(rows.length === 0 ? 'None.' : table(rows, place.dataset));
}

/** Cells that are more than their text. */
const CELLS = {
  mails: { subject: mailButton, text: cutText },
  objects: { key: objectLink },
};

function table(rows, { list, columns }) {
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
      cell.append(CELLS[list]?.[name]?.(row) ?? textOf(row[name]));
    }
  }
  return element;
}

function textOf(value) {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function mailButton(mail) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = mail.subject || '(no subject)';
  button.addEventListener('click', () => openMail(mail));
  return button;
}

const SHOWN_TEXT = 200;

function cutText({ text }) {
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
}

function objectLink({ key }) {
  const link = document.createElement('a');
  link.href = `/console/object?key=${encodeURIComponent(key)}`;
  link.textContent = key;
  return link;
}

const part = (name) => document.querySelector(`#mail${name}`);

function openMail({ id, from, to, subject, text, hasHtml }) {
  part('-subject').textContent = subject;
  part('-people').textContent = from ? `${from} → ${to}` : `To ${to}`;
  part('-text').replaceChildren(...withLinks(text));
  part('-html').replaceChildren(...(hasHtml ? [mailFrame(id)] : []));
  part('').hidden = false;
  part('-subject').focus();
}

part('-close').addEventListener('click', () => {
  part('').hidden = true;
  part('-html').replaceChildren();
});

/** Nothing of a mail runs here; its links open a page of their own. */
function mailFrame(id) {
  const frame = document.createElement('iframe');
  frame.title = 'The mail as HTML';
  frame.sandbox = 'allow-popups allow-popups-to-escape-sandbox';
  frame.referrerPolicy = 'no-referrer';
  frame.src = `/console/mails/${id}`;
  return frame;
}

/** Addresses in a text become links, without the sign that ends a sentence. */
function withLinks(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const link = document.createElement('a');
    link.href = piece;
    link.textContent = piece;
    link.target = '_blank';
    link.rel = 'noreferrer';
    return link;
  });
}

const scheduler = document.querySelector('#scheduler');
const said = document.querySelector('#scheduler-said');

scheduler.addEventListener('submit', async (event) => {
  event.preventDefault();
  said.textContent = '…';
  said.textContent = await tellScheduler(scheduler.elements['scheduler-at'].value).catch(
    () => 'Ordercast does not answer; try again.',
  );
});

/** `time` is a minute, such as 2026-11-28T07:00. */
async function tellScheduler(time) {
  const response = await fetch('/console/scheduler/fire', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ at: `${time}:00Z` }),
  });
  if (!response.ok) return response.text();
  const { sent } = await response.json();
  if (sent.length === 0) return 'No schedule is due then.';
  const names = sent.map(({ schedule, at }) => `${schedule} of ${at}`).join(', ');
  return `Sent: ${names}. What was sent before makes no second report.`;
}

refresh();
