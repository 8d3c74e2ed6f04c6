// Requests to the program and events from it.

import { h, icon } from './dom.js'
import { page, t } from './words.js'

// send posts an action to the program and returns the result. Errors are shown,
// unless quiet.
export async function send(path, what, quiet) {
  const out = await post(path, JSON.stringify({ lang: page.lang, ...what }), 'application/json')
  if (out.error && !quiet) toast(out.error)
  return out
}

// post posts a body and returns the result.
export async function post(path, body, type = 'application/octet-stream') {
  try {
    const answer = await fetch('/' + path, { method: 'POST', headers: { 'Content-Type': type }, body })
    if (!answer.ok) throw new Error(await answer.text())
    return await answer.json()
  } catch {
    return { error: t('error.gone') }
  }
}

export function toast(text) {
  const el = h('div', { class: 'toast' }, h('span', null, text),
    h('button', { type: 'button', class: 'icon', 'aria-label': t('close'), onclick: () => el.remove() }, icon('close')))
  document.getElementById('toasts').append(el)
  setTimeout(() => el.remove(), 8000)
}

let stream

// follow passes every new state to f until it is called again.
export function follow(who, f) {
  stream?.close()
  const mine = stream = new EventSource('/events?' + new URLSearchParams({ ...who, lang: page.lang }))
  mine.onopen = () => lost(false)
  mine.onmessage = (e) => f(JSON.parse(e.data))
  mine.onerror = () => {
    lost(true)
    // The browser reconnects, but not after a response that is no event stream.
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === stream && follow(who, f), 2000)
  }
}

// lost shows whether the program responds.
function lost(is) {
  document.body.classList.toggle('lost', is)
  document.getElementById('lost').textContent = is ? t('lost') : ''
}
