// The header of a room and its posts.

import { asked, h, icon, morph } from './dom.js'
import { lines, menu, out, part } from './rich.js'
import { hasPeople, openPeople, roomMenu } from './room.js'
import { t, hour, day, dayOf, list, sameDay, fullMoment } from './words.js'

const hues = 8

// avatar is a person's picture: a letter on a colour.
export function avatar(person, small) {
  const name = person?.name ?? '?'
  let n = 0
  for (const c of person?.id ?? '') n = (n * 31 + c.codePointAt(0)) % 9973
  return h('span', { class: `avatar hue${n % hues}` + (small ? ' small' : ''), 'aria-hidden': 'true' },
    person?.bot ? h('img', { src: '/static/icon.svg', alt: '' }) : [...name][0].toUpperCase())
}

export function title(room, ctx) {
  return room.kind === 'home' ? t('home') : room.kind === 'direct' ? ctx.botName : room.name
}

export function sign(room) {
  if (room.kind === 'private') return icon('lock')
  if (room.kind === 'home') return icon('list')
  if (room.kind === 'public') return h('span', { class: 'hash', 'aria-hidden': 'true' }, '#')
  return null
}

export function head(container, room, ctx) {
  const names = room.members.map((id) => ctx.person(id)).filter((p) => p && !p.bot).map((p) => p.name)
  const badges = (room.badges ?? []).map((b) => b.post
    ? h('button', { type: 'button', class: 'badge', onclick: () => ctx.go(room.id, b.post) }, icon('mark'), b.title)
    : out(b.link, 'badge', icon('mark'), b.title))
  const pins = (room.pinned ?? []).map((id) => h('button', { type: 'button', class: 'badge', onclick: () => ctx.go(room.id, id) }, icon('pin'), t('pinned')))
  morph(container,
    h('div', { class: 'line' },
      h('h1', null, room.kind === 'direct' ? avatar(ctx.bot, true) : sign(room), title(room, ctx)),
      (room.archived || room.read_only) && h('span', { class: 'tag' }, t(room.archived ? 'archived' : 'read_only')),
      room.topic && h('span', { class: 'topic', title: room.topic }, room.topic),
      room.kind !== 'direct' && room.kind !== 'home' && h(hasPeople(ctx, room) ? 'button' : 'span', {
        class: 'members', title: list(names), onclick: hasPeople(ctx, room) && (() => openPeople(ctx, room)),
      }, icon('people'), h('span', { class: 'names' }, list(names))),
      roomMenu(ctx, room)),
    badges.length + pins.length ? h('div', { class: 'badges' }, badges, pins) : '')
}

// posts shows the posts of a room, and stays at the end if it was there.
export function posts(container, room, all, ctx, fresh) {
  const atEnd = fresh || container.scrollHeight - container.scrollTop - container.clientHeight < 60
  const focus = document.activeElement?.closest?.('.post')?.id
  const items = []
  const byID = new Map(all.map((p) => [p.id, p]))
  const threads = Map.groupBy(all, (p) => p.thread && byID.has(p.reply_to) ? p.reply_to : '')
  let before
  let together = [] // notices that are shown as one
  for (const p of threads.get('') ?? []) {
    if (!before || !sameDay(before.at, p.at)) {
      items.push(h('div', { class: 'day', role: 'separator', 'data-key': 'day ' + p.id }, h('span', null, day(p.at))))
      before = undefined
    }
    if (p.deed === 'joined' && before?.deed === 'joined') {
      items.splice(-1, 1, notice(together = [...together, p], room, ctx))
      continue
    }
    if (p.notice) {
      items.push(notice(together = [p], room, ctx))
      before = p
      continue
    }
    items.push(post(p, follows(p, before), room, ctx, p.reply_to && quoted(byID.get(p.reply_to), room, ctx)))
    before = p
    if (!threads.has(p.id)) continue
    items.push(thread(p, threads.get(p.id), room, ctx))
    before = { at: p.at } // the next post has a header of its own
  }
  morph(container, items.length ? items : h('div', { class: 'empty' }, room.kind === 'direct' ? avatar(ctx.bot) : h('span', { class: 'avatar' }, sign(room)),
    h('p', null, h('b', null, t(room.kind === 'home' ? 'empty.home' : room.kind === 'direct' ? 'empty.direct' : 'empty', { Room: room.name }))), room.kind !== 'home' && h('p', null, t('empty.hint'))))
  // The focused element may be gone because its post has changed.
  if (focus && document.activeElement === document.body) document.getElementById(focus)?.focus({ preventScroll: true })
  if (atEnd) container.scrollTop = container.scrollHeight
}

// follows reports whether a post is shown without a header, as the same author's next one.
function follows(p, before) {
  return !!before && !before.notice && before.author === p.author && !before.only === !p.only && !p.reply_to === !before.reply_to && (!p.reply_to || p.thread) &&
    Date.parse(p.at) - Date.parse(before.at) < 300000
}

// thread shows the replies below the post with which their thread begins.
function thread(first, replies, room, ctx) {
  const count = replies.length > 1 ? t('thread', { N: replies.length }) : t('thread.one')
  return h('section', { class: 'thread', 'data-key': 'thread ' + room.id + ' ' + first.id, 'aria-label': count },
    h('p', { class: 'quiet' }, count),
    replies.map((p, i) => post(p, follows(p, replies[i - 1]), room, ctx, null, first)))
}

// quoted shows the post to which another replies in one line. It may be gone.
function quoted(p, room, ctx) {
  if (!p) return h('div', { class: 'quoted' }, icon('reply'), h('i', null, t('reply.gone')))
  const who = ctx.person(p.author)
  return h('button', { type: 'button', class: 'quoted', onclick: () => ctx.go(room.id, p.id) },
    icon('reply'), avatar(who, true), h('b', null, who?.name ?? ''), h('span', null, p.text.split('\n', 1)[0]))
}

// notice shows the platform's own notices, one line for several people.
function notice(all, room, ctx) {
  const p = all[0]
  const who = list(all.map((x) => ctx.person(x.author)?.name ?? ''))
  return h('div', { class: 'post notice', 'data-key': room.id + ' ' + p.id }, h('p', null,
    p.deed ? t('deed.' + p.deed, { Who: who, What: p.value ?? '' }) : who + ' ' + p.text.replace(/^@\S+ /, ''), ' ',
    h('time', { datetime: p.at, title: fullMoment(p.at) }, hour(p.at))))
}

// post shows a post, below the line that quotes another, or in the thread that first begins.
function post(p, joins, room, ctx, quote, first) {
  const who = ctx.person(p.author)
  const when = h('time', { datetime: p.at, title: fullMoment(p.at) }, first && !sameDay(first.at, p.at) && dayOf(p.at) + ' ', hour(p.at))
  const body = p.parts?.length ? p.parts.map((x) => part(x, ctx, (a) => button(a, p, room, ctx), (f) => ctx.file(p, f))) : h('div', { class: 'text' }, lines(p.lines, ctx))
  const id = 'p' + p.room + p.id
  return h('article', { class: 'post' + (joins ? ' joins' : '') + (p.only ? ' only' : '') + (ctx.led === id ? ' led' : ''), id, tabindex: '-1', 'data-key': room.id + ' ' + p.id },
    quote, joins ? when : avatar(who, !!first),
    h('div', { class: 'body' },
      p.only && h('div', { class: 'only-you' }, icon('eye'), t('only_you')),
      !joins && h('header', null, h('b', null, who?.name ?? ''), who?.bot && h('span', { class: 'tag' }, t('app')), when),
      body, !p.only && room.kind !== 'home' && !room.archived && entries(ctx, room, p), p.edited && h('span', { class: 'edited' }, t('edited'))))
}

// entries shows the bot's entries in the menu of a post or, without one, of the room.
export function entries(ctx, room, p) {
  return menu(ctx.menu.filter((e) => !!e.of_posts === !!p), (e) => h('button', {
    type: 'button', class: 'button', 'data-key': e.id, onclick: () => ctx.act('shortcut', { room: room.id, post: p?.id ?? '', action: e.id }),
  }, e.label))
}

function button(a, p, room, ctx) {
  const at = { room: room.id, post: p.id }
  if (a.link) return out(a.link, 'button', a.label)
  return h('button', {
    type: 'button', class: 'button ' + (a.style ?? ''), 'data-key': a.id, disabled: room.archived,
    onclick: async (e) => {
      const el = e.currentTarget
      if (a.asks && !(await asked(a.asks))) return
      el.classList.add('busy')
      await ctx.act('press', { ...at, action: a.id })
      el.classList.remove('busy')
    },
  }, a.label)
}
