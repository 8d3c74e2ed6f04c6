// What the page is built from. Text only ever becomes text nodes.

// h makes an element: h('button', {class: 'x', onclick: f}, 'text', node).
export function h(name, props, ...children) {
  const el = document.createElement(name)
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (key.startsWith('on')) el.addEventListener(key.slice(2), value)
    else if (key in el && typeof value !== 'string') el[key] = value
    else el.setAttribute(key, value === true ? '' : value)
  }
  el.append(...children.flat(3).filter((c) => c !== undefined && c !== null && c !== false && c !== ''))
  return el
}

const shapes = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-7-5 15-3.500-6.500z',
  lock: 'M7 11V8a5 5 0 0 1 10 0v3M6 11h12v9H6z',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6',
  mark: 'M7 4h10v16l-5-4-5 4z',
  people: 'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-3.500 2.500-6 6-6s6 2.500 6 6M16 5.500a3 3 0 0 1 0 5.500M17.500 14.500c2 .7 3.500 2.500 3.500 5.500',
  eye: 'M2.500 12S6 6 12 6s9.500 6 9.500 6-3.500 6-9.500 6-9.500-6-9.500-6zM12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  bolt: 'M13 3L5 14h6l-1 7 8-11h-6z',
  list: 'M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01',
}

// icon draws one of the shapes; what it means is said beside it.
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

// keyed brings the children of a container in line with items. A child whose
// item looks the same stays as it is, and keeps focus and selection.
export function keyed(container, items, key, build) {
  const before = new Map([...container.children].map((el) => [el.dataset.key, el]))
  const focus = document.activeElement?.dataset?.focus
  let at = container.firstElementChild
  for (const item of items) {
    const k = key(item)
    const looks = JSON.stringify(item)
    let el = before.get(k)
    if (!el || el.looks !== looks) {
      const made = build(item)
      made.dataset.key = k
      made.looks = looks
      if (el) {
        if (at === el) at = made
        el.replaceWith(made)
      }
      el = made
    }
    before.delete(k)
    if (el === at) at = at.nextElementSibling
    else container.insertBefore(el, at)
  }
  before.forEach((el) => el.remove())
  refocus(container, focus)
}

// refocus gives the focus back to what bears the same name.
export function refocus(container, focus) {
  if (!focus || document.activeElement?.dataset?.focus === focus) return
  if (document.activeElement && document.activeElement !== document.body) return
  for (const el of container.querySelectorAll('[data-focus]')) {
    if (el.dataset.focus === focus) el.focus({ preventScroll: true })
  }
}
