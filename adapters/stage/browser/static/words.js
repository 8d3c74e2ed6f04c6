// Texts, and times as people read them.

let words = {}
export const page = { lang: 'en', languages: [], zone: 'UTC', notes: {} }

export async function learn(lang) {
  const answer = await fetch('/words?lang=' + encodeURIComponent(lang))
  Object.assign(page, await answer.json())
  words = page.words
  document.documentElement.lang = page.lang
}

// t returns a text with its {Name} placeholders filled in. Direction marks in a value stay
// within it.
export function t(id, args) {
  return (words[id] ?? '!' + id + '!').replace(/\{(\w+)\}/g, (all, name) => isolate(args?.[name]) ?? all)
}

const isolate = (value) => /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(value) ? '\u2068' + value + '\u2069' : value

const formats = new Map()

function format(options) {
  const key = page.lang + page.zone + JSON.stringify(options)
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(page.lang === 'en' ? 'en-GB' : page.lang, { timeZone: page.zone, ...options }))
  return formats.get(key)
}

export const hour = (at) => format({ hour: '2-digit', minute: '2-digit' }).format(new Date(at))
export const day = (at) => format({ weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(at))
export const shortDay = (at) => format({ weekday: 'short', day: 'numeric', month: 'short' }).format(new Date(at))
export const moment = (at) => shortDay(at) + ' ' + hour(at)
export const dayOf = (at) => format({ day: 'numeric', month: 'short' }).format(new Date(at))
export const fullMoment = (at) => format({ dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at))
export const list = (names) => new Intl.ListFormat(page.lang === 'en' ? 'en-GB' : page.lang).format(names)
export const sameDay = (a, b) => format({ dateStyle: 'short' }).format(new Date(a)) === format({ dateStyle: 'short' }).format(new Date(b))
