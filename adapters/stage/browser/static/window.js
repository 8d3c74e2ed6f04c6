// Dialogs of the bot. The browser keeps the focus inside and closes on Escape.

import { h, icon, morph } from './dom.js'
import { toast } from './net.js'
import { part, size } from './rich.js'
import { t } from './words.js'

const dialog = () => document.getElementById('window')
let now // the window, while one is open
let version = '' // which look of it is drawn
let typed = {} // by input, what was put in since the window opened
let problems = {}
let complaint = '' // why the last thing done in it came to nothing
let busy = false
let files = {} // by value, what was uploaded since the window opened
let sending = {} // by input, how many files are on their way
let from // the post that had the focus before

// show shows a person's topmost window, or none.
export function show(win, ctx) {
  const d = dialog()
  if (!win) return close(d)
  const wanted = ctx.as + win.id + win.version + document.documentElement.lang
  if (wanted === version) return
  if (win.id !== now?.id) [typed, problems, complaint, busy, files, sending] = [{}, {}, '', false, {}, {}]
  now = win
  version = wanted
  draw(ctx)
  if (!d.open) {
    from = document.activeElement?.closest('.post')?.id
    d.showModal()
  }
  if (!d.contains(document.activeElement) || document.activeElement === d || document.activeElement.closest('header')) {
    ;(d.querySelector('form input, form textarea, form select') || d.querySelector('footer button:last-child'))?.focus()
  }
}

// close closes it and restores the focus. The element that had it may be gone
// because its post has changed.
function close(d) {
  now = undefined
  version = ''
  if (!d.open) return
  d.close()
  if (document.activeElement !== document.body) return
  const back = (from && document.getElementById(from)) || document.getElementById('text')
  back.focus({ preventScroll: true })
}

function draw(ctx) {
  const d = dialog()
  const win = now
  // act does something in the window. Errors appear at its top.
  const act = async (path, what) => {
    const out = await ctx.act(path, { window: win.id, ...what }, true)
    if (now?.id === win.id) {
      complaint = out.error ?? ''
      draw(ctx)
    } else if (out.error) toast(out.error)
    return out
  }
  const away = () => act('close')
  const change = (i, values) => {
    typed[i.id] = values
    delete problems[i.id]
    act('choose', { input: i.id, values })
  }
  // add uploads files, one after the other.
  const add = async (i, chosen) => {
    delete problems[i.id]
    for (const f of chosen) {
      if ((typed[i.id] ?? i.values ?? []).length >= i.max) problems[i.id] = t('files.many', { N: i.max })
      else if (f.size > i.max_bytes) problems[i.id] = t('files.large', { Name: f.name, Size: size(i.max_bytes) })
      else {
        sending[i.id] = true
        draw(ctx)
        const out = await ctx.upload(win.id, i.id, f)
        if (now?.id !== win.id) return
        if (out.error) problems[i.id] = out.error
        else {
          files[out.value] = { name: f.name, size: f.size }
          typed[i.id] = [...(typed[i.id] ?? i.values ?? []), out.value]
        }
      }
    }
    delete sending[i.id]
    draw(ctx)
  }
  const theForm = () => d.querySelector('form')
  const form = h('form', {
    novalidate: true, class: busy ? 'busy' : null, 'data-key': ctx.as + win.id,
    // Keep what was typed if the bot changes the window.
    oninput: (e) => {
      const i = win.parts.find((p) => p.input?.id === e.target.name)?.input
      if (i) typed[i.id] = read(theForm(), i)
    },
    onsubmit: async (e) => {
      e.preventDefault()
      if (busy || Object.keys(sending).length) return
      const fields = {}
      problems = {}
      for (const p of win.parts) {
        if (p.kind !== 'input') continue
        const values = read(theForm(), p.input)
        fields[p.input.id] = typed[p.input.id] = values
        if (p.input.required && !values.some((v) => v.trim())) problems[p.input.id] = t('window.required')
      }
      if (!Object.keys(problems).length) {
        busy = true
        theForm().classList.add('busy')
        const out = await act('submit', { fields })
        if (now?.id === win.id) [problems, busy] = [out.problems ?? {}, false]
      }
      if (now?.id !== win.id) return
      draw(ctx)
      d.querySelector('[aria-invalid=true]')?.focus()
    },
  },
  h('header', null, h('h2', { id: 'window-title' }, win.title),
    h('button', { type: 'button', class: 'icon', 'aria-label': t('close'), onclick: away }, icon('close'))),
  h('div', { class: 'parts' }, win.parts.map((p) => p.kind === 'input' ? field(p.input, change, add) : part(p, ctx))),
  h('footer', null, complaint && h('p', { class: 'wrong', role: 'alert' }, complaint), h('button', { type: 'button', class: 'button', onclick: away }, win.close || t('window.cancel')),
    win.submit && h('button', { type: 'submit', class: 'button primary' }, win.submit)))
  d.setAttribute('aria-labelledby', 'window-title')
  morph(d, form)
  d.oncancel = (e) => { e.preventDefault(); away() }
  // Browsers close it if Escape is pressed again.
  d.onclose = () => { if (now) { version = ''; away() } }
}

// two digits
const two = (n) => String(n).padStart(2, '0')

// Date inputs are in the browser's time zone.
function localMoment(seconds) {
  const d = new Date(seconds * 1000)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}

function read(form, i) {
  if (i.kind === 'file') return typed[i.id] ?? i.values ?? []
  const els = [...form.querySelectorAll(`[name="${CSS.escape(i.id)}"]`)]
  if (i.kind === 'select' && i.many) return els.filter((e) => e.checked).map((e) => e.value)
  const v = els[0]?.value ?? ''
  if (!v) return []
  return [i.kind === 'moment' ? String(Math.floor(new Date(v).getTime() / 1000)) : v]
}

function field(i, change, add) {
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
  } else if (i.kind === 'file') {
    input = uploads(i, values, { ...common, required: false }, change, add)
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

// uploads shows the files of an input. The browser's own input is unseen, because its words
// are in another language.
function uploads(i, values, common, change, add) {
  const known = (v) => files[v] ?? i.files?.find((f) => f.id === v) ?? {}
  return h('div', { class: 'files' },
    h('ul', null, values.map((v) => h('li', { 'data-key': v }, icon('file'), h('span', { class: 'name' }, known(v).name), h('small', null, size(known(v).size ?? 0)),
      h('button', { type: 'button', class: 'icon', 'aria-label': t('files.remove', { Name: known(v).name }), onclick: () => change(i, values.filter((x) => x !== v)) }, icon('close'))))),
    sending[i.id] ? h('p', { class: 'hint', role: 'status' }, t('files.sending')) : values.length < i.max && h('div', null,
      h('input', { ...common, type: 'file', multiple: i.max > 1, class: 'unseen', onchange: (e) => { add(i, [...e.target.files]); e.target.value = '' } }),
      h('label', { class: 'button', for: common.id }, icon('plus'), t('files.add'))))
}
