// Dialogs of the bot. The browser keeps the focus inside and closes on Escape.

import { h, icon, morph } from './dom.js'
import { part } from './rich.js'
import { t } from './words.js'

const dialog = () => document.getElementById('window')
let shown = '' // the window's ID and version
let typed = {} // by input, what was put in since the window opened
let problems = {}
let mine // the window's ID

// show shows the topmost window of somebody, or none.
export function show(win, ctx) {
  const d = dialog()
  if (!win) {
    if (d.open) d.close()
    shown = ''
    return
  }
  const version = ctx.as + win.id + win.version + document.documentElement.lang
  if (version === shown) return
  if (win.id !== mine) [typed, problems] = [{}, {}]
  mine = win.id
  shown = version
  draw(win, ctx)
  if (!d.open) d.showModal()
  if (!d.contains(document.activeElement) || document.activeElement === d || document.activeElement.closest('header')) {
    ;(d.querySelector('form input, form textarea, form select') || d.querySelector('footer button:last-child'))?.focus()
  }
}

function draw(win, ctx) {
  const d = dialog()
  const at = { window: win.id }
  const close = () => ctx.act('close', at)
  const change = (i, values) => {
    typed[i.id] = values
    delete problems[i.id]
    ctx.act('choose', { ...at, input: i.id, values })
  }
  const use = (a) => a.input
    ? field({ ...a.input, label: a.label }, change)
    : h('button', { type: 'button', class: 'button ' + (a.style ?? ''), onclick: () => ctx.act('press', { ...at, action: a.id }) }, a.label)
  const theForm = () => d.querySelector('form')
  const form = h('form', {
    novalidate: true, 'data-key': ctx.as + win.id,
    // What is typed stays, also if the bot changes the window meanwhile.
    oninput: (e) => {
      const i = win.parts.find((p) => p.input?.id === e.target.name)?.input
      if (i) typed[i.id] = read(theForm(), i)
    },
    onsubmit: async (e) => {
      e.preventDefault()
      const fields = {}
      const missing = {}
      for (const p of win.parts) {
        if (p.kind !== 'input') continue
        const values = read(theForm(), p.input)
        fields[p.input.id] = values
        typed[p.input.id] = values
        if (p.input.required && !values.some((v) => v.trim())) missing[p.input.id] = t('window.required')
      }
      problems = missing
      if (!Object.keys(missing).length) {
        theForm().classList.add('busy')
        const out = await ctx.act('submit', { ...at, fields })
        theForm()?.classList.remove('busy')
        problems = out.problems ?? {}
      }
      if (Object.keys(problems).length) {
        draw(win, ctx)
        d.querySelector('[aria-invalid=true]')?.focus()
      }
    },
  },
  h('header', null, h('h2', { id: 'window-title' }, win.title),
    h('button', { type: 'button', class: 'icon', 'aria-label': t('close'), onclick: close }, icon('close'))),
  h('div', { class: 'parts' }, win.parts.map((p) => p.kind === 'input' ? field(p.input, change) : part(p, ctx, use))),
  h('footer', null, h('button', { type: 'button', class: 'button', onclick: close }, win.close || t('window.cancel')),
    win.submit && h('button', { type: 'submit', class: 'button primary' }, win.submit)))
  d.setAttribute('aria-labelledby', 'window-title')
  morph(d, form)
  d.oncancel = (e) => { e.preventDefault(); close() }
}

// two digits
const two = (n) => String(n).padStart(2, '0')

// Moments are typed in the browser's own zone.
function localMoment(seconds) {
  const d = new Date(seconds * 1000)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}

function read(form, i) {
  const els = [...form.querySelectorAll(`[name="${CSS.escape(i.id)}"]`)]
  if (i.kind === 'select' && i.many) return els.filter((e) => e.checked).map((e) => e.value)
  const v = els[0]?.value ?? ''
  if (!v) return []
  return [i.kind === 'moment' ? String(Math.floor(new Date(v).getTime() / 1000)) : v]
}

function field(i, change) {
  const values = typed[i.id] ?? i.values ?? []
  const wrong = problems[i.id] || i.problem
  const id = 'f' + i.id.replace(/\W/g, '-')
  const about = [i.hint && id + '-hint', wrong && id + '-wrong'].filter(Boolean).join(' ')
  const common = { id, name: i.id, required: !!i.required, 'aria-invalid': wrong ? 'true' : null, 'aria-describedby': about || null }
  const onchange = (e) => change(i, read(e.target.form, i))
  let input
  if (i.kind === 'select' && i.many) {
    input = h('div', { class: 'checks' }, (i.options ?? []).map((o) => h('label', null,
      h('input', { type: 'checkbox', name: i.id, value: o.value, checked: values.includes(o.value), 'aria-describedby': about || null, onchange }), h('span', null, o.label))))
  } else if (i.kind === 'select') {
    input = h('select', { ...common, onchange }, (!values.length || !i.required) && h('option', { value: '' }, i.placeholder || t('window.choose')),
      (i.options ?? []).map((o) => h('option', { value: o.value, selected: values.includes(o.value) }, o.label)))
  } else if (i.kind === 'long_text') {
    input = h('textarea', { ...common, rows: '4', maxlength: i.max ? String(i.max) : null, placeholder: i.placeholder, onchange })
    input.value = values[0] ?? ''
  } else {
    const type = { number: 'text', date: 'date', time: 'time', moment: 'datetime-local' }[i.kind] ?? 'text'
    input = h('input', { ...common, type, inputmode: i.kind === 'number' ? 'decimal' : null, maxlength: i.max ? String(i.max) : null, placeholder: i.placeholder, onchange })
    input.value = i.kind === 'moment' && values[0] ? localMoment(values[0]) : values[0] ?? ''
  }
  const label = [i.label, !i.required && h('span', { class: 'optional' }, t('window.optional'))]
  const rest = [i.hint && h('p', { class: 'hint', id: id + '-hint' }, i.hint), wrong && h('p', { class: 'wrong', id: id + '-wrong', role: 'alert' }, wrong)]
  return i.kind === 'select' && i.many
    ? h('fieldset', { class: 'field', 'data-key': i.id }, h('legend', null, label), input, rest)
    : h('div', { class: 'field', 'data-key': i.id }, h('label', { for: id }, label), input, rest)
}
