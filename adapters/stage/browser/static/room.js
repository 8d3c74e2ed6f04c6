// What people do to a room by hand: its menu, and the dialog of its people.

import { asked, h, icon, morph } from './dom.js'
import { avatar } from './posts.js'
import { menu } from './rich.js'
import { t } from './words.js'

const el = () => document.getElementById('people')
let open = '' // the room whose people are shown

const does = (ctx, room, ...kinds) => ctx.can(room.id).filter((a) => kinds.includes(a.do))
export const hasPeople = (ctx, room) => does(ctx, room, 'add', 'remove').length > 0

// roomMenu shows what the current person can do to a room.
export function roomMenu(ctx, room) {
  const label = { archive: () => t('room.archive'), unarchive: () => t('room.unarchive'), delete: () => t('room.delete'),
    move: (a) => a.to ? t('room.move', { Where: a.to }) : t('room.move.out', { Where: room.category }) }
  const entry = (act, text, onclick) => h('button', { type: 'button', class: 'button' + (act === 'delete' ? ' danger' : ''), 'data-key': text, onclick }, text)
  const entries = does(ctx, room, 'move', 'archive', 'unarchive', 'delete').map((act) => entry(act.do, label[act.do](act), async () => {
    const sure = act.do !== 'delete' || await asked({ title: t('room.delete.ask', { Room: room.name }), text: t('room.delete.about'), yes: t('room.delete.yes'), no: t('window.cancel') })
    if (sure) ctx.act('manage', { room: room.id, act })
  }))
  if (hasPeople(ctx, room)) entries.unshift(entry('', t('room.people'), () => openPeople(ctx, room)))
  return menu(entries, (e) => e, t('room.menu'))
}

export function openPeople(ctx, room) {
  open = room.id
  people(room, ctx)
  el().onclose = () => { open = '' }
  el().showModal()
}

// people shows who is in a room, while its dialog is open.
export function people(room, ctx) {
  if (!open) return
  if (open !== room.id || !hasPeople(ctx, room)) return el().close()
  const acts = does(ctx, room, 'add', 'remove')
  const act = (a) => ctx.act('manage', { room: room.id, act: a })
  const name = (id) => ctx.person(id)?.name ?? ''
  const adds = acts.filter((a) => a.do === 'add')
  morph(el(),
    h('header', null, h('h2', { id: 'people-title' }, t('room.people.in', { Room: room.name })),
      h('button', { type: 'button', class: 'icon', 'aria-label': t('close'), onclick: () => el().close() }, icon('close'))),
    h('ul', null, room.members.map((id) => h('li', { 'data-key': id }, avatar(ctx.person(id), true), h('span', { class: 'name' }, name(id)),
      acts.some((a) => a.do === 'remove' && a.to === id) && h('button', {
        type: 'button', class: 'button', 'aria-label': t('room.remove.who', { Who: name(id) }), onclick: () => act({ do: 'remove', to: id }),
      }, t('room.remove'))))),
    adds.length ? h('form', { method: 'dialog', onsubmit: (e) => { e.preventDefault(); act({ do: 'add', to: e.target.querySelector('select').value }) } },
      h('select', { 'aria-label': t('room.add.who') }, adds.map((a) => h('option', { value: a.to }, name(a.to)))),
      h('button', { type: 'submit', class: 'button primary' }, t('room.add'))) : h('p', { class: 'quiet' }, t('room.people.none')))
  // The button that was pressed may be gone.
  if (el().open && !el().contains(document.activeElement)) el().querySelector('select, button').focus()
}

// join asks for the name of somebody new, and acts as them.
export async function join(ctx) {
  const out = await asked({ title: t('join'), text: t('join.about'), label: t('join.name'), yes: t('join.yes'), no: t('window.cancel'),
    use: (text) => ctx.act('join', { text }, true) })
  if (out?.person) ctx.be(out.person)
}
