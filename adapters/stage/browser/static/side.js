// The sidebar: the people to act as, and the rooms.

import { h, icon, morph } from './dom.js'
import { avatar, sign, title } from './posts.js'
import { page, t } from './words.js'

const dot = (n) => n > 0 && h('span', { class: 'count', 'aria-label': t('unread', { N: n }) }, n > 99 ? '99+' : String(n))

export function side(container, state, ctx) {
  const notes = page.notes[state.place] ?? {}
  const people = state.view.people.filter((p) => !p.bot && !p.deactivated)
  const rooms = state.view.rooms.filter((r) => !r.archived || r.id === ctx.room)
  const item = (r) => h('li', { 'data-key': r.id }, h('button', {
    type: 'button', class: 'item' + (state.unread[r.id] ? ' unread' : ''), 'data-key': 'room ' + r.id,
    'aria-current': r.id === ctx.room ? 'page' : null, onclick: () => ctx.go(r.id),
  }, r.kind === 'direct' ? avatar(ctx.bot, true) : h('span', { class: 'sign' }, sign(r)),
  h('span', { class: 'name' }, title(r, ctx)), dot(state.unread[r.id])))
  const list = (name, kinds, more) => h('section', null, h('h2', null, t(name)),
    h('ul', null, rooms.filter((r) => kinds.includes(r.kind)).map(item), more))
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
      }, avatar(p, true), h('span', { class: 'name' }, p.name, notes[p.id] && h('small', null, notes[p.id])), dot(state.others[p.id])))))),
    list('channels', ['public', 'private']), direct)
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
