// The page: shows the latest state, and keeps who acts in which room.

import { h, icon, morph } from './dom.js'
import { learn, page, t } from './words.js'
import { follow, post, send } from './net.js'
import * as behind from './behind.js'
import * as composer from './composer.js'
import { entries, head, posts } from './posts.js'
import { side } from './side.js'
import { people } from './room.js'
import { show } from './window.js'

const el = (id) => document.getElementById(id)
const given = new URLSearchParams(location.search)
const rooms = new Map() // the room that each person has open
let state
let drawn = '' // person and room drawn last
let toPost // the post to scroll to once it is drawn

const ctx = {
  get as() { return state.as },
  get room() { return rooms.get(state.as) },
  get run() { return state.run },
  get bot() { return state.view.people.find((p) => p.bot) },
  get menu() { return state.view.menu ?? [] },
  get botName() { return ctx.bot?.name ?? '' },
  can: (room) => state.can[room] ?? [],
  file: (post, f) => '/file?' + new URLSearchParams({ place: state.place, as: state.as, room: post.room, post: post.id, file: f.id }),
  person: (id) => state.view.people.find((p) => p.id === id),

  // act does something as the current person. Errors are shown, unless quiet.
  act: (path, what, quiet) => send(path, { place: state.place, as: state.as, ...what }, quiet),

  // upload uploads a file for an input of a window.
  upload: (window, input, f) => post('upload?' + new URLSearchParams({ place: state.place, as: state.as, lang: page.lang, window, input, name: f.name }), f),

  // go opens a room, and scrolls to a post in it.
  go(room, post) {
    rooms.set(state.as, room)
    toPost = post
    drawer(null)
    if (roomNow()?.kind === 'home') ctx.act('visit', { room })
    draw()
    if (!post) el('text').focus({ preventScroll: true })
  },

  // be changes the current person.
  be(person, stay) {
    if (!stay) drawer(null)
    if (person !== state.as) watch({ as: person, place: state.place })
  },
  moveTo: (place) => watch({ place }),
  drawer,
  led: '', // the post that was scrolled to last

  // taken reports whether a step of the story leads only to what is already open.
  taken: (step) => !step.type && !step.move && (step.person ?? state.as) === state.as && step.room === (roomNow()?.id ?? ''),

  // take does a step of the story.
  async take(step) {
    if (step.person && step.person !== state.as) await new Promise((then) => watch({ as: step.person, place: state.place }, then))
    if (step.room !== undefined) ctx.go(step.room)
    if (step.type) composer.put(step.type, true)
    if (step.move) await send('clock', { move: step.move })
  },
}

// watch shows the workspace as a person sees it.
function watch(who, then) {
  follow(who, (s) => {
    if (state && s.run !== state.run) return location.reload() // another program answers
    state = s
    const url = new URL(location)
    url.searchParams.set('as', s.as)
    history.replaceState(null, '', url)
    draw()
    then?.()
    then = undefined
  })
}

function draw() {
  if (!rooms.has(state.as) || !roomNow()) rooms.set(state.as, busiest())
  const room = roomNow() ?? bare()
  const here = state.as + ' ' + room.id
  const written = state.view.posts?.filter((p) => p.room === room.id) ?? []
  side(el('side'), state, ctx)
  head(el('head'), room, ctx)
  people(room, ctx)
  posts(el('posts'), room, written, ctx, drawn !== here)
  drawn = here
  composer.at(ctx.person(state.as), room.id, t(room.kind === 'home' ? 'compose.home' : room.archived ? 'compose.archived' : room.commands ? 'compose' : 'compose.words', {
    Where: room.kind === 'direct' ? ctx.botName : '#' + room.name,
  }), !room.archived && room.kind !== 'home')
  morph(el('entries'), room.archived || room.kind === 'home' ? '' : entries(ctx, room) ?? '')
  show(state.view.windows?.at(-1), ctx)
  behind.clock(state.behind)
  behind.trail(el('behind'), state.behind, ctx)
  behind.troubles(state.behind)
  behind.story(state.behind, ctx)
  el('posts').setAttribute('aria-label', t('posts'))
  document.title = (Object.values(state.unread).some(Boolean) ? '• ' : '') + (room.kind === 'home' ? t('home') : room.kind === 'direct' ? ctx.botName : '#' + room.name) + ' · riskroom'
  lead(room)
  markRead(room, written)
}

const roomNow = () => rooms.get(state.as) === '' ? direct() ?? bare() : state.view.rooms?.find((r) => r.id === rooms.get(state.as))
const direct = () => state.view.rooms?.find((r) => r.kind === 'direct')

// bare is a placeholder for the conversation with the bot until it exists.
const bare = () => ({ id: '', kind: 'direct', name: ctx.botName, members: [] })

// busiest is the room to open first: the newest with unread posts, else the first.
function busiest() {
  const unread = (state.view.rooms ?? []).filter((r) => state.unread[r.id])
  return (unread.at(-1) ?? state.view.rooms?.[0] ?? bare()).id
}

function lead(room) {
  const post = toPost && document.getElementById('p' + room.id + toPost)
  if (!post) return
  toPost = undefined
  post.scrollIntoView({ block: 'center' })
  post.focus({ preventScroll: true })
  post.classList.add('led')
  ctx.led = post.id
  setTimeout(() => { ctx.led = '' }, 3000)
}

function markRead(room, written) {
  const last = written.at(-1)
  if (last && state.unread[room.id] && document.visibilityState === 'visible') ctx.act('read', { room: room.id, at: last.at })
}

function drawer(name) {
  const was = document.body.dataset.drawer
  for (const id of ['top', 'side', 'main', 'behind']) el(id).inert = !!name && id !== name
  if (name) document.body.dataset.drawer = name
  else delete document.body.dataset.drawer
  el('veil').hidden = !name
  el('open-side').setAttribute('aria-expanded', String(name === 'side'))
  el('open-behind').setAttribute('aria-expanded', String(name === 'behind'))
  if (name) el(name).querySelector('button')?.focus()
  else if (was) el('open-' + was).focus()
}

// shut closes the open menu unless it contains an element, and reports whether there was one.
// Without an element, the focus returns to the menu.
function shut(unless) {
  const open = document.querySelector('.menu[open]')
  if (!open || unless && open.contains(unless)) return false
  open.open = false
  if (!unless) open.firstChild.focus()
  return true
}

// speak sets the page's language.
async function speak(lang) {
  await learn(lang)
  localStorage.setItem('lang', page.lang)
  const other = page.languages.find((l) => l.tag !== page.lang)
  el('lang').replaceChildren(h('span', { lang: other.tag }, other.name))
  el('lang').onclick = async () => {
    await speak(other.tag)
    if (state) watch({ as: state.as, place: state.place })
  }
  el('side').setAttribute('aria-label', t('side'))
  el('open-side').setAttribute('aria-label', t('side'))
  el('open-behind').setAttribute('aria-label', t('behind'))
}

async function begin() {
  el('open-side').append(icon('menu'))
  el('open-behind').append(icon('list'))
  el('story-button').append(icon('flag'))
  el('open-side').addEventListener('click', () => drawer('side'))
  el('open-behind').addEventListener('click', () => drawer('behind'))
  el('veil').addEventListener('click', () => drawer(null))
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || e.target.closest?.('dialog')) return
    if (!shut() && document.body.dataset.drawer) drawer(null)
  })
  for (const happens of ['focusin', 'pointerdown']) document.addEventListener(happens, (e) => shut(e.target))
  window.addEventListener('resize', () => document.body.dataset.drawer && drawer(null))
  document.addEventListener('visibilitychange', () => state && draw())
  composer.setUp((text) => ctx.act('say', { room: roomNow()?.id ?? '', text }),
    async (text) => (await ctx.act('suggest', { room: roomNow()?.id ?? '', text }, true)).hints ?? [])
  behind.setUp()
  await speak(given.get('lang') ?? localStorage.getItem('lang') ?? '')
  watch({ as: given.get('as') ?? '', place: given.get('place') ?? '' })
}

begin()
