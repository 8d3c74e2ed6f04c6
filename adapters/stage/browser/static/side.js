// The sidebar: the people to act as, and the rooms.

import { h, icon, morph } from './dom.js'
import { avatar, sign, title } from './posts.js'
import { join } from './room.js'
import { page, t } from './words.js'

const dot = (n) => n > 0 && h('span', { class: 'count', 'aria-label': t('unread', { N: n }) }, n > 99 ? '99+' : String(n))

const folds = new Map() // by section, whether the visitor has opened or closed it

export function side(container, state, ctx) {
  const notes = page.notes[state.place] ?? {}
  const people = state.view.people.filter((p) => !p.bot && !p.deactivated)
  const rooms = state.view.rooms
  const item = (r) => h('li', { 'data-key': r.id }, h('button', {
    type: 'button', class: 'item' + (state.unread[r.id] ? ' unread' : ''), 'data-key': 'room ' + r.id,
    'aria-current': r.id === ctx.room ? 'page' : null, onclick: () => ctx.go(r.id),
  }, r.kind === 'direct' ? avatar(ctx.bot, true) : h('span', { class: 'sign' }, sign(r)),
  h('span', { class: 'name' }, title(r, ctx)), dot(state.unread[r.id])))
  const list = (name, kinds, more) => h('section', null, h('h2', null, t(name)),
    h('ul', null, rooms.filter((r) => kinds.includes(r.kind) && !r.archived && !r.category).map(item), more))
  // A section that folds. At first it is closed if nobody can post in any of its rooms.
  const section = (key, name, all) => all.length ? h('section', { 'data-key': key }, h('details', { open: folds.get(key) ?? all.some((r) => r.id === ctx.room || !r.archived && !r.read_only) },
    h('summary', { onclick: (e) => folds.set(key, !e.currentTarget.parentNode.open) }, icon('fold'), h('h2', null, name), dot(all.reduce((n, r) => n + (state.unread[r.id] ?? 0), 0))),
    h('ul', null, all.map(item)))) : ''
  const categories = [...new Set(rooms.map((r) => r.category).filter(Boolean))]
  const direct = list('direct', ['direct', 'home'], !rooms.some((r) => r.kind === 'direct') && h('li', null, h('button', {
    type: 'button', class: 'item', 'data-key': 'room ', 'aria-current': ctx.room === '' ? 'page' : null, onclick: () => ctx.go(''),
  }, avatar(ctx.bot, true), h('span', { class: 'name' }, ctx.botName))))
  morph(container,
    h('div', { class: 'drawer-head only-narrow' }, h('b', null, 'riskroom'),
      h('button', { type: 'button', class: 'icon', 'aria-label': t('close'), onclick: () => ctx.drawer(null) }, icon('close'))),
    state.places.length > 1 ? h('section', null, h('h2', null, t('workspace')), h('select', {
      'aria-label': t('workspace'), 'data-key': 'place', onchange: (e) => ctx.moveTo(e.target.value),
    }, state.places.map((p) => h('option', { value: p, selected: p === state.place }, p)))) : '',
    h('section', null, h('h2', { id: 'acting' }, t('acting_as')),
      h('ul', { class: 'people', role: 'radiogroup', 'aria-labelledby': 'acting' }, people.map((p) => h('li', { role: 'none', 'data-key': p.id }, h('button', {
        type: 'button', class: 'item' + (state.others[p.id] ? ' unread' : ''), role: 'radio', 'aria-checked': String(p.id === state.as),
        tabindex: p.id === state.as ? '0' : '-1', 'data-key': p.id, onclick: () => ctx.be(p.id), onkeydown: (e) => among(e, ctx),
      }, avatar(p, true), h('span', { class: 'name' }, p.name, notes[p.id] && h('small', null, notes[p.id])), dot(state.others[p.id]))))),
      h('button', { type: 'button', class: 'item', 'data-key': 'join', onclick: () => join(ctx) }, h('span', { class: 'sign' }, icon('plus')), h('span', { class: 'name' }, t('join')))),
    list('channels', ['public', 'private']), categories.map((c) => section('category ' + c, c, rooms.filter((r) => r.category === c))), direct,
    section('archived', t('archived.rooms'), rooms.filter((r) => r.archived)))
}

// among moves between people with the arrow keys.
function among(e, ctx) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key]
  if (!step) return
  e.preventDefault()
  const all = [...e.currentTarget.closest('ul').querySelectorAll('[role=radio]')]
  const to = all[(all.indexOf(e.currentTarget) + step + all.length) % all.length]
  to.focus()
  ctx.be(to.dataset.key, true)
}
