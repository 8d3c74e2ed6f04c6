// What goes to the program and what comes from it.

import { h, icon } from './dom.js'
import { page, t } from './words.js'

// send tells the program what somebody does and returns what came of it.
export async function send(path, what) {
  let out
  try {
    const answer = await fetch('/' + path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ lang: page.lang, ...what }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    out = await answer.json()
  } catch {
    out = { error: t('error.gone') }
  }
  if (out.error) toast(out.error)
  return out
}

export function toast(text) {
  const el = h('div', { class: 'toast' }, h('span', null, text),
    h('button', { type: 'button', class: 'icon', 'aria-label': t('close'), onclick: () => el.remove() }, icon('close')))
  document.getElementById('toasts').append(el)
  setTimeout(() => el.remove(), 8000)
}

let stream

// follow has every new state handed to f until it is called again.
export function follow(who, f) {
  stream?.close()
  stream = new EventSource('/events?' + new URLSearchParams({ ...who, lang: page.lang }))
  stream.onmessage = (e) => f(JSON.parse(e.data))
  stream.onopen = () => document.body.classList.remove('gone')
  stream.onerror = () => document.body.classList.add('gone')
}
