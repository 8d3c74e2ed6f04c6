// The building blocks of the page. Text only ever becomes text nodes.

// h makes an element: h('button', {class: 'x', onclick: f}, 'text', node).
export function h(name, props, ...children) {
  const el = document.createElement(name)
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (key in el && typeof value !== 'string') el[key] = value
    else el.setAttribute(key, value === true ? '' : value)
  }
  el.append(...children.flat(3).filter((c) => c !== undefined && c !== null && c !== false && c !== ''))
  return el
}

const shapes = {
  flag: 'M6 21V4h11l-2 4 2 4H6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-7-5 15-3.500-6.500z',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6',
  mark: 'M7 4h10v16l-5-4-5 4z',
  people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-3.500 2.500-6 6-6s6 2.500 6 6M16 5.500a3 3 0 0 1 0 5.500M17.500 14.500c2 .7 3.500 2.500 3.500 5.500',
  eye: 'M2.500 12S6 6 12 6s9.500 6 9.500 6-3.500 6-9.500 6-9.500-6-9.500-6zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  fold: 'M9 6l6 6-6 6',
  reply: 'M4 19v-6a5 5 0 0 1 5-5h11',
  plus: 'M12 5v14M5 12h14',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  list: 'M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01',
}

// icon draws a shape. It is decorative: its meaning is in a label.
export function icon(name) {
  const ns = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(ns, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(ns, 'path')
  path.setAttribute('d', shapes[name])
  svg.append(path)
  return svg
}

// bar draws the coloured edge of a box. It is decorative.
export function bar(colour) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'bar')
  svg.setAttribute('aria-hidden', 'true')
  const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  rect.setAttribute('fill', colour)
  for (const side of ['width', 'height']) rect.setAttribute(side, '100%')
  svg.append(rect)
  return svg
}

const handlers = ['onclick', 'onchange', 'oninput', 'onkeydown', 'onsubmit', 'onpointerdown']
const keyOf = (node) => node.dataset?.key || node.getAttribute?.('name') || ''
const alike = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

// morph replaces an element's children, but keeps the nodes that already match, so
// that focus, selection and a click in progress survive.
export function morph(el, ...children) {
  const wanted = h('div', null, ...children)
  let i = 0
  for (const want of [...wanted.childNodes]) {
    let have = el.childNodes[i]
    if (have && !alike(have, want) && keyOf(want)) {
      const later = [...el.childNodes].slice(i + 1).find((n) => alike(n, want))
      if (later) {
        el.insertBefore(later, have)
        have = later
      }
    }
    if (have && alike(have, want)) become(have, want)
    else el.insertBefore(want, have ?? null)
    i++
  }
  while (el.childNodes.length > i) el.lastChild.remove()
}

function become(node, want) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== want.data) node.data = want.data
    return
  }
  for (const { name, value } of want.attributes) if (node.getAttribute(name) !== value) node.setAttribute(name, value)
  for (const { name } of [...node.attributes]) if (!want.hasAttribute(name) && name !== 'open') node.removeAttribute(name) // an open menu stays open
  for (const name of handlers) node[name] = want[name]
  const value = want.value
  morph(node, ...want.childNodes)
  if (node.type === 'checkbox') node.checked = want.checked
  else if (/^(INPUT|SELECT|TEXTAREA)$/.test(node.nodeName) && node.value !== value) node.value = value
}

// asked asks a question and resolves to what comes of it: whether it was confirmed or, if
// it asks for a text, to what use makes of that text. While that has an error, it stays.
export function asked(q) {
  return new Promise((resolve) => {
    let out
    const wrong = h('p', { class: 'wrong', id: 'asked-wrong', role: 'alert' })
    const input = q.label && h('input', { id: 'asked', 'aria-describedby': 'asked-wrong', required: true, maxlength: '32', autocomplete: 'off' })
    const d = h('dialog', { class: 'asks', 'aria-labelledby': 'asked-title', onclose: () => { d.remove(); resolve(q.use ? out : d.returnValue === 'yes') } },
      h('form', { method: 'dialog', onsubmit: async (e) => {
        if (!q.use) return
        e.preventDefault()
        out = await q.use(input.value)
        wrong.textContent = out.error ?? ''
        if (!out.error) d.close()
      } },
      h('h2', { id: 'asked-title' }, q.title), h('p', null, q.text),
      input && h('div', { class: 'field' }, h('label', { for: 'asked' }, q.label), input, wrong),
      h('footer', null, h('button', { type: 'button', class: 'button', onclick: () => d.close() }, q.no),
        h('button', { type: 'submit', value: 'yes', class: 'button ' + (q.use ? 'primary' : 'danger') }, q.yes))))
    document.body.append(d)
    d.showModal()
    input?.focus()
  })
}
