// Formatted text, and the parts of posts and windows.

import { bar, h, icon } from './dom.js'
import { moment, fullMoment, t } from './words.js'

// out links to pages outside the workspace.
export const out = (url, look, ...children) => h('a', {
  class: look || null, href: /^https?:/i.test(url) ? url : null, target: '_blank', rel: 'noreferrer noopener',
}, ...children)

// span shows a piece of text, which may link to a room or post.
function span(s, ctx) {
  let node
  if (s.person) node = h('span', { class: s.person === ctx.as ? 'mention me' : 'mention' }, s.text)
  else if (s.group) node = h('span', { class: 'mention me' }, s.text)
  else if (s.room) node = h('button', { type: 'button', class: 'link', onclick: () => ctx.go(s.room, s.post) }, s.text)
  else if (s.link) node = out(s.link, '', s.text)
  else if (s.at) node = h('time', { datetime: s.at, title: fullMoment(s.at) }, moment(s.at))
  else node = document.createTextNode(s.text)
  for (const [look, name] of [['code', 'code'], ['strike', 's'], ['italic', 'em'], ['bold', 'strong']]) {
    if (s[look]) node = h(name, null, node)
  }
  return node
}

const spans = (line, ctx) => (line.spans ?? []).map((s) => span(s, ctx))

// isRow reports whether a line is a bold label and its value.
const isRow = (l) => !l.kind && l.spans?.length > 1 && l.spans[0].bold && !l.spans[1].bold && l.spans[1].text.startsWith('  ')

export function lines(list, ctx) {
  if (!list?.length) return []
  if (list.length > 1 && list.every(isRow)) {
    return [h('dl', { class: 'rows' }, list.map((l) => [
      h('dt', null, span({ ...l.spans[0], bold: false }, ctx)),
      h('dd', null, spans({ spans: [{ ...l.spans[1], text: l.spans[1].text.trimStart() }, ...l.spans.slice(2)].filter((s) => s.text || s.at) }, ctx)),
    ]))]
  }
  const all = []
  for (const l of list) {
    if (l.kind === 'bullet') {
      if (all.at(-1)?.localName !== 'ul') all.push(h('ul'))
      all.at(-1).append(h('li', null, spans(l, ctx)))
    } else all.push(h(l.kind === 'quote' ? 'blockquote' : 'p', null, spans(l, ctx)))
  }
  return all
}

// menu shows less important buttons in a menu, which a press closes.
export function menu(actions, use, label) {
  if (!actions.length) return null
  return h('details', {
    class: 'menu', onclick: (e) => { if (e.target.closest('button')) e.currentTarget.open = false },
    ontoggle: (e) => { if (e.currentTarget.open) e.currentTarget.lastChild.scrollIntoView({ block: 'nearest' }) }, // below the last post
  },
    h('summary', { class: 'button', 'aria-label': label ?? t('more') }, '⋯'), h('div', null, actions.map(use)))
}

// size is that of a file as people read it.
export const size = (bytes) => bytes < 1000 ? bytes + ' B' : bytes < 1e6 ? Math.round(bytes / 1000) + ' kB' : (bytes / 1e6).toFixed(1) + ' MB'

// part shows a part of a post or window; use creates its buttons, and file the address of
// a file.
export function part(p, ctx, use, file) {
  switch (p.kind) {
    case 'heading': return h('h4', null, lines(p.lines, ctx))
    case 'note': return h('div', { class: 'note' }, lines(p.lines, ctx))
    case 'fields': return h('div', { class: 'fields' }, p.cells.map((c) => h('div', null, lines(c, ctx))))
    case 'file': return h('p', null, h('a', { class: 'file', href: file(p.file), target: '_blank', rel: 'noopener' }, icon('file'), h('span', null, p.file.name), h('small', null, size(p.file.size))))
    case 'rule': return h('hr')
    case 'section': return h('div', { class: 'section' }, h('div', null, p.parts.map((x) => part(x, ctx, use, file))), h('div', { class: 'actions' }, p.actions.map(use)))
    case 'box': return h('div', { class: 'box' }, p.colour && bar(p.colour), p.parts.map((x) => part(x, ctx, use, file)))
    case 'actions': return h('div', { class: 'actions' }, p.actions.filter((a) => !a.menu).map(use), menu(p.actions.filter((a) => a.menu), use))
  }
  return h('div', { class: 'text' }, lines(p.lines, ctx))
}
