// The clock, the audit trail, the faults and the story.

import { h, icon, morph } from './dom.js'
import { send } from './net.js'
import { t, hour, shortDay, moment, fullMoment } from './words.js'

const el = (id) => document.getElementById(id)
let ahead = 0 // how far the stage's clock is ahead of ours, in ms

export function setUp() {
  setInterval(tick, 500)
}

function tick() {
  const now = Date.now() + ahead
  el('now').dateTime = new Date(now).toISOString()
  el('now').replaceChildren(h('span', { class: 'day-part' }, shortDay(now)), ' ', h('b', null, hour(now)))
}

export function clock(b) {
  ahead = Date.parse(b.now) - Date.now()
  tick()
  el('clock').setAttribute('aria-label', t('clock'))
  el('due').textContent = b.down ? t('clock.down')
    : b.wait ? b.wait
      : b.moving ? t('clock.moving', { To: moment(b.moving.to), N: b.moving.left })
        : b.next ? t('clock.next', { What: b.next.text, When: moment(b.next.at) }) : t('clock.nothing')
  el('due').title = el('due').textContent
  // Not disabled, because that would lose the focus.
  const key = (move, off) => h('button', {
    type: 'button', 'aria-disabled': String(!!off), onclick: () => off || send('clock', { move }),
  }, t('clock.key.' + move))
  morph(el('clock-keys'), ['hour', 'day', 'week'].map((move) => key(move, b.moving)), key('next', b.moving || !b.next), key('stop', !b.moving))
  el('clock-label').textContent = t('clock.keys')
  el('moving').hidden = !b.moving
  el('moving').setAttribute('aria-label', t('clock'))
  if (b.moving) {
    const [from, to] = [Date.parse(b.moving.from), Date.parse(b.moving.to)]
    el('moving').value = to > from ? Math.min(1, (Date.parse(b.now) - from) / (to - from)) : 1
  }
  document.body.classList.toggle('down', !!b.down)
}

export function trail(container, b, ctx) {
  container.setAttribute('aria-labelledby', 'behind-title')
  const list = el('trail')
  const atEnd = !list || list.scrollHeight - list.scrollTop - list.clientHeight < 60
  const items = b.trail.length ? b.trail : [{ id: 'none', text: t('behind.nothing') }]
  const first = (e, i) => e.at && (i === 0 || items[i - 1].at.slice(0, 16) !== e.at.slice(0, 16))
  morph(container,
    h('div', { class: 'behind-head' }, h('h2', { id: 'behind-title' }, t('behind')),
      h('button', { type: 'button', class: 'icon only-medium', 'aria-label': t('close'), onclick: () => ctx.drawer(null) }, icon('close'))),
    h('p', { class: 'quiet' }, t('behind.about')),
    h('ol', { id: 'trail', role: 'log', 'aria-labelledby': 'behind-title', tabindex: '0' }, items.map((e, i) => h('li', { class: e.tone ?? '', 'data-key': e.id },
      first(e, i) && h('time', { datetime: e.at, title: fullMoment(e.at) }, moment(e.at)),
      h('p', null, e.about && h('b', null, e.about + ' '), e.text), e.why && h('p', { class: 'why' }, e.why)))))
  if (atEnd) el('trail').scrollTop = el('trail').scrollHeight
}

export function troubles(b) {
  const waiting = b.troubles.filter((x) => x.waiting).length
  morph(el('trouble-button'), icon('bolt'), h('span', null, t('troubles')), waiting ? h('span', { class: 'count' }, String(waiting)) : '')
  el('troubles').setAttribute('aria-label', t('troubles'))
  morph(el('troubles'), h('h2', null, t('troubles')), h('p', { class: 'quiet' }, t('troubles.about')),
    h('ul', null, b.troubles.map((x) => h('li', null, h('button', {
      type: 'button', class: x.grave ? 'grave' : '', disabled: b.down && x.grave,
      onclick: () => send('trouble', { id: x.id }),
    }, h('b', null, x.label, x.waiting && h('span', { class: 'tag' }, t('troubles.waiting'))), h('span', null, x.help))))))
}

// story shows the next step, unless the story is hidden.
export function story(b, ctx) {
  const box = el('story')
  const next = b.steps.findIndex((s) => !s.done)
  const gone = sessionStorage.getItem('story') === ctx.run
  box.hidden = gone || !b.steps.length
  const back = el('story-button')
  back.hidden = !gone || !b.steps.length
  back.title = t('story.back')
  back.setAttribute('aria-label', back.title)
  back.onclick = () => {
    sessionStorage.removeItem('story')
    story(b, ctx)
    box.querySelector('button').focus()
  }
  if (box.hidden) return
  const step = b.steps[next]
  const n = b.steps.length
  box.setAttribute('aria-label', t('story'))
  morph(box,
    h('ol', { class: 'dots' }, b.steps.map((s, i) => h('li', { class: s.done ? 'done' : i === next ? 'now' : '' },
      h('span', { class: 'unseen' }, s.title + (s.done ? ' ✓' : ''))))),
    h('div', { class: 'story-text' },
      h('h2', null, step ? t('story.step', { N: next + 1, Of: n, Title: step.title }) : t('story.end')),
      h('p', null, step ? step.text : t('story.end.text'))),
    h('div', { class: 'story-keys' },
      step?.try && !ctx.taken(step.try) && h('button', { type: 'button', class: 'button primary', 'aria-disabled': String(!!b.moving && !!step.try.move), onclick: () => b.moving && step.try.move || ctx.take(step.try) }, step.try.label),
      h('button', { type: 'button', class: 'icon', 'aria-label': t('story.away'), title: t('story.away'), onclick: () => {
        sessionStorage.setItem('story', ctx.run)
        story(b, ctx)
        back.focus()
      } }, icon('close'))))
}
