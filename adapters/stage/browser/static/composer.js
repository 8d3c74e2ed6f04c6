// The message box, with suggestions for slash commands.

import { h, icon, morph } from './dom.js'
import { avatar } from './posts.js'
import { t } from './words.js'

const el = (id) => document.getElementById(id)
const drafts = new Map()
let place = '' // whose text stands there, and in which room
let chosen = -1
let found = []
let hinted = '' // the line that they go on from
let asked = 0 // how often
let suggest // returns what a line can go on with

export function setUp(say, suggestions) {
  suggest = suggestions
  const text = el('text')
  el('send').append(icon('send'))
  text.addEventListener('input', () => {
    if (text.value === '\n') text.value = '' // what is left of an Enter
    drafts.set(place, text.value)
    grow()
    hint()
  })
  text.addEventListener('blur', () => setTimeout(hide, 150))
  text.addEventListener('focus', hint)
  text.addEventListener('keydown', (e) => {
    if (e.isComposing) return
    if (found.length && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      chosen = (chosen + (e.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length
      mark()
    } else if (found.length && e.key === 'Tab' && !e.shiftKey && hinted !== text.value) {
      hint().then(() => hinted === text.value && found.length && put(found[0].line, true)) // who types fast means what is there now
    } else if (found.length && (e.key === 'Tab' && !e.shiftKey || e.key === 'Enter' && chosen >= 0) && found[Math.max(chosen, 0)].line.trim() !== text.value.trim()) {
      put(found[Math.max(chosen, 0)].line, true)
    } else if (e.key === 'Escape' && found.length) hide()
    else if (e.key === 'Enter' && !e.shiftKey) el('composer').requestSubmit()
    else return
    e.preventDefault()
  })
  el('composer').addEventListener('submit', async (e) => {
    e.preventDefault()
    const [value, from] = [text.value, place]
    if (!value.trim()) return
    put('')
    hide()
    const out = await say(value)
    if (out.error && place === from && !text.value) put(value) // to try again
  })
}

// at sets who types in which room.
export function at(who, room, label, open) {
  const text = el('text')
  if (place !== who.id + ' ' + room) {
    place = who.id + ' ' + room
    morph(el('me'), avatar(who, true))
    el('me').title = who.name
    put(drafts.get(place) ?? '')
    hide()
  }
  text.placeholder = label
  text.setAttribute('aria-label', label)
  text.disabled = !open
  el('send').setAttribute('aria-label', t('send'))
  el('hints').setAttribute('aria-label', t('hints'))
}

// put puts a text into the message box.
export function put(value, focus) {
  const text = el('text')
  text.value = value
  drafts.set(place, value)
  grow()
  if (focus) { text.focus(); hint() }
}

function grow() {
  const text = el('text')
  text.style.height = 'auto'
  text.style.height = Math.min(text.scrollHeight, 160) + 'px'
  el('send').disabled = !text.value.trim()
}

// hint offers completions, unless the text changes before they arrive.
async function hint() {
  const typed = el('text').value
  const mine = ++asked
  const hints = typed.startsWith('/') ? await suggest(typed) : []
  if (mine === asked) offer(hints, typed)
}

function offer(hints, typed) {
  found = hints
  hinted = typed
  chosen = -1
  morph(el('hints'), found.map((x, i) => h('li', {
    role: 'option', id: 'hint' + i, 'aria-selected': 'false', onpointerdown: (e) => { e.preventDefault(); put(x.line, true) },
  }, h('span', null, h('b', null, x.label ?? x.line), ' ', h('span', { class: 'args' }, x.args)), h('span', { class: 'help' }, x.help))))
  mark()
}

function mark() {
  const open = found.length > 0
  el('hints').hidden = !open
  el('text').setAttribute('aria-expanded', String(open))
  ;[...el('hints').children].forEach((li, i) => li.setAttribute('aria-selected', String(i === chosen)))
  if (chosen >= 0) el('text').setAttribute('aria-activedescendant', 'hint' + chosen)
  else el('text').removeAttribute('aria-activedescendant')
}

function hide() {
  asked++
  found = []
  mark()
}
