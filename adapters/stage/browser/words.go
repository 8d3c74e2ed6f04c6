package browser

import (
	"net/http"
	"strings"
)

// messages are the page's own wordings, with their placeholders.
var messages = map[string][]string{
	"app": nil, "only_you": nil, "edited": nil, "more": nil, "archived": nil, "pinned": nil, "close": nil, "send": nil, "posts": nil, "side": nil,
	"home": nil, "empty.home": nil, "compose.home": nil, "empty": {"Room"}, "empty.direct": nil, "empty.hint": nil, "lost": nil, "unread": {"N"}, "workspace": nil, "acting_as": nil, "channels": nil, "direct": nil,
	"compose": {"Where"}, "compose.words": {"Where"}, "compose.archived": nil, "hints": nil,
	"archived.rooms": nil, "read_only": nil, "join": nil, "join.about": nil, "join.name": nil, "join.yes": nil,
	"room.menu": nil, "room.people": nil, "room.people.in": {"Room"}, "room.people.none": nil, "room.add": nil, "room.add.who": nil, "room.remove": nil, "room.remove.who": {"Who"},
	"room.move": {"Where"}, "room.move.out": {"Where"}, "room.archive": nil, "room.unarchive": nil, "room.delete": nil, "room.delete.ask": {"Room"}, "room.delete.about": nil, "room.delete.yes": nil,
	"files.add": nil, "files.remove": {"Name"}, "files.many": {"N"}, "files.large": {"Name", "Size"}, "files.sending": nil,
	"window.required": nil, "window.cancel": nil, "window.choose": nil, "window.optional": nil,
	"clock": nil, "clock.keys": nil, "clock.key.hour": nil, "clock.key.day": nil, "clock.key.week": nil, "clock.key.next": nil, "clock.key.stop": nil, "clock.next": {"What", "When"}, "clock.nothing": nil, "clock.down": nil, "clock.moving": {"To", "N"},
	"thread": {"N"}, "thread.one": nil, "reply.gone": nil,
	"behind": nil, "behind.about": nil, "behind.nothing": nil,
	"troubles": nil, "troubles.about": nil, "troubles.waiting": nil,
	"story": nil, "story.step": {"N", "Of", "Title"}, "story.end": nil, "story.end.text": nil, "story.away": nil, "story.back": nil,
	"deed.joined": {"Who"}, "deed.left": {"Who"}, "deed.archived": {"Who"}, "deed.unarchived": {"Who"}, "deed.pinned": {"Who"},
	"deed.topic": {"Who", "What"}, "deed.purpose": {"Who", "What"}, "deed.renamed": {"Who", "What"},
	"error.gone": nil,
}

// words serves the page's wordings, with placeholders such as {Name}.
func (s *Stage) words(w http.ResponseWriter, r *http.Request) {
	lang := s.lang(r.FormValue("lang"))
	if r.FormValue("lang") == "" {
		lang = s.preferred(r.Header.Get("Accept-Language"))
	}
	out := struct {
		Lang      string                       `json:"lang"`
		Languages []Language                   `json:"languages"`
		Zone      string                       `json:"zone"`
		Words     map[string]string            `json:"words"`
		Notes     map[string]map[string]string `json:"notes"` // by place and person
	}{lang, s.cfg.Languages, s.cfg.Zone, map[string]string{}, map[string]map[string]string{}}
	for id, places := range messages {
		args := map[string]any{}
		for _, name := range places {
			args[name] = "{" + name + "}"
		}
		out.Words[id] = s.cfg.Text(lang, id, args)
	}
	for _, p := range s.cfg.Places {
		out.Notes[p.Name] = p.Notes(lang)
	}
	writeJSON(w, out)
}

// preferred returns the best language for a browser's Accept-Language.
func (s *Stage) preferred(accepted string) string {
	for tag := range strings.SplitSeq(accepted, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		base, _, _ := strings.Cut(tag, "-")
		for _, l := range s.cfg.Languages {
			if has, _, _ := strings.Cut(l.Tag, "-"); strings.EqualFold(has, base) {
				return l.Tag
			}
		}
	}
	return s.cfg.Lang
}
