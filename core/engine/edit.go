package engine

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"riskroom/core"
	"riskroom/core/people"
)

// Edit changes fields of a risk. Its submitter may change the reported part and the
// handlers while it is pending. Its handlers, the module lead and administrators may
// change everything.
//
// A patch may contain fields that the person left as they saw them, as a form does:
// they stay as they are now. If somebody else has changed a field meanwhile and the
// person typed something else, the refusal is a Conflict for that field, with the
// texts Mine and Theirs. Changes to different fields are merged.
type Edit struct {
	Risk  core.RiskKey
	Seen  int64 // the version of the risk that the person saw, 0 if none
	Patch Patch
}

// Patch is what an Edit changes: what isn't nil. An own field with a zero Value is
// cleared.
type Patch struct {
	Title        *string
	Module       *string
	Severity     *core.Severity
	Description  *string
	DiscoveredAt *time.Time
	DueAt        *time.Time // zero: none
	// Handlers, if nil, become those of the new module when Module changes, if the
	// risk has those of its old module.
	Handlers *[]core.Ref
	Fields   map[string]core.Value // own fields of both parts
}

func (o Edit) subject() (core.RiskKey, int64) { return o.Risk, o.Seen }

func (Edit) attempt() string { return "edit" }

func (o Edit) decide(ctx context.Context, d deed) (effect, error) {
	reported, err := d.e.rights.MayEdit(ctx, d.by.Account, d.rec.Risk, core.Reported)
	if err := d.allow("may_not_edit", reported, err); err != nil {
		return effect{}, err
	}
	c := d.e.newChecker(ctx, d.by)
	typed, err := o.typed(ctx, d, c)
	if err != nil {
		return effect{}, err
	}
	if err := d.mayEditAll(ctx, c, typed); err != nil {
		return effect{}, err
	}
	old := d.rec.Risk
	risk := o.edited(ctx, d, c, typed)
	if err := c.refusal(); err != nil {
		return effect{}, err
	}
	changes := d.e.changes(old, risk)
	if len(changes) == 0 {
		return effect{}, core.Refuse(core.Invalid, "nothing_changed", "", "Key", string(old.Key))
	}
	return effect{risk: &risk, kind: EventEdited, data: eventData(changes), gained: d.e.rights.Gained(ctx, old, risk)}, nil
}

// values returns what a patch contains by field. Groups without a workspace are of home.
func (p Patch) values(home string) map[string]core.Value {
	out := map[string]core.Value{}
	for field, s := range map[string]*string{
		"title": p.Title, "module": p.Module, "severity": (*string)(p.Severity), "description": p.Description,
	} {
		if s != nil {
			out[field] = core.Value{Text: strings.TrimSpace(*s)}
		}
	}
	for field, t := range map[string]*time.Time{"discovered_at": p.DiscoveredAt, "due_at": p.DueAt} {
		if t != nil {
			out[field] = core.Value{Date: toMilli(*t)}
		}
	}
	if p.Handlers != nil {
		out["handlers"] = core.Value{People: people.Qualify(*p.Handlers, home)}
	}
	for key, v := range people.QualifyFields(p.Fields, home) {
		out[core.OwnName(key)] = v
	}
	return out
}

// typed returns what the person changed, by field. What somebody else has changed
// meanwhile is a Conflict.
func (o Edit) typed(ctx context.Context, d deed, c *checker) (map[string]core.Value, error) {
	values, old := o.Patch.values(d.by.Account.Workspace), d.rec.Risk
	var moved *core.Refusal
	var left []string
	var trail []Event
	for _, field := range slices.Sorted(maps.Keys(values)) {
		mine, theirs := values[field], old.Value(field)
		if unchanged(theirs, mine) {
			delete(values, field)
			continue
		}
		if !d.changed(field) {
			continue
		}
		if trail == nil {
			var err error
			if trail, err = d.e.store.Trail(ctx, old.Key, "", trailSearched); err != nil {
				return nil, err
			}
		}
		if seen, ok := valueSeen(trail, field, d.seen, d.e.org.FieldType(field)); ok && unchanged(seen, mine) {
			delete(values, field)
			left = append(left, field)
			continue
		}
		r := core.Refuse(core.Conflict, "field_moved", field, "Field", c.label(field),
			"Mine", c.shown(ctx, field, mine), "Theirs", c.shown(ctx, field, theirs))
		if moved == nil {
			moved = r
			moved.Risk = &old
		} else {
			moved.Also = append(moved.Also, r)
		}
	}
	if moved != nil {
		moved.Left = left
		return nil, moved
	}
	return values, nil
}

// unchanged reports whether somebody who saw a value and left it alone submits typed.
// Forms submit times to the minute or the second, and may change the order of people.
func unchanged(seen, typed core.Value) bool {
	if at := seen.Date; !at.IsZero() && (at.Truncate(time.Minute).Equal(typed.Date) || at.Truncate(time.Second).Equal(typed.Date)) {
		return true
	}
	if !sameRefs(seen.People, typed.People) {
		return false
	}
	seen.Text, typed.Text, typed.People = strings.TrimSpace(seen.Text), strings.TrimSpace(typed.Text), seen.People
	return seen.Equal(typed)
}

// trailSearched is how many events are searched for what a person saw.
const trailSearched = 500

// valueSeen returns what a field contained at a version, from the first later change
// in a trail, which has the newest first.
func valueSeen(trail []Event, field string, version int64, kind core.FieldType) (v core.Value, ok bool) {
	name := "from." + field
	for _, e := range trail {
		if e.V <= version {
			continue
		}
		from, has := e.Data[name]
		if e.Kind == EventAssigned && field == "handlers" {
			from, has = e.Data["from"]
		}
		if has {
			v, ok = core.ParseValue(kind, from), true
		}
	}
	return v, ok
}

// mayEditAll returns a Refusal if the person may not change one of the fields.
func (d deed) mayEditAll(ctx context.Context, c *checker, typed map[string]core.Value) error {
	handling, err := d.e.rights.MayEdit(ctx, d.by.Account, d.rec.Risk, core.Handling)
	if handling {
		return nil
	}
	for _, f := range c.ownFields(core.Handling) {
		name := core.OwnName(f.Key)
		if _, ok := typed[name]; !ok {
			continue
		}
		if err != nil {
			return core.Unanswered("rights", err)
		}
		return core.Refuse(core.Denied, "may_not_edit_field", name, "Key", string(d.rec.Risk.Key), "Field", c.label(name))
	}
	return nil
}

// edited returns the risk with what the person typed, which c has checked.
func (o Edit) edited(ctx context.Context, d deed, c *checker, typed map[string]core.Value) core.Risk {
	r := d.rec.Risk
	r.Fields = maps.Clone(r.Fields)
	if r.Fields == nil {
		r.Fields = map[string]core.Value{}
	}
	for _, field := range slices.Sorted(maps.Keys(typed)) {
		v := typed[field]
		switch field {
		case "title":
			r.Title = v.Text
		case "module":
			r.Module = v.Text
		case "severity":
			r.Severity = core.Severity(v.Text)
		case "description":
			r.Description = v.Text
		case "discovered_at":
			r.DiscoveredAt = v.Date
		case "due_at":
			r.DueAt = v.Date
		case "handlers":
			r.Handlers = v.People
		default:
			key, _ := core.OwnField(field)
			o.editOwn(c, r.Fields, key, v)
		}
	}
	fields := slices.Collect(maps.Keys(typed))
	if slices.Contains(fields, "discovered_at") {
		fields = append(fields, "due_at") // depends on it
	}
	slices.Sort(fields)
	for _, field := range slices.Compact(fields) {
		c.reported(r, field, d.e.now())
	}
	old := d.rec.Risk
	was, _ := d.e.org.Module(old.Module)
	is, _ := d.e.org.Module(r.Module)
	if _, ok := typed["handlers"]; ok {
		before := old
		before.Module = r.Module
		r.Handlers = c.assignees(ctx, d.by, before, r.Handlers)
	} else if r.Module != old.Module && sameRefs(people.Qualify(old.Handlers, old.Home), people.Qualify(was.Handlers, old.Home)) {
		r.Handlers = people.Qualify(is.Handlers, old.Home)
	}
	return r
}

// editOwn changes an own field.
func (o Edit) editOwn(c *checker, fields map[string]core.Value, key string, v core.Value) {
	known := c.ownFields(core.Reported, core.Handling)
	i := slices.IndexFunc(known, func(f core.Field) bool { return f.Key == key })
	if i < 0 {
		c.noField(key, known)
		return
	}
	if v = c.own(known[i], v); v.IsZero() {
		delete(fields, key)
	} else {
		fields[key] = v
	}
}

// sameRefs reports whether two lists name the same, in any order.
func sameRefs(a, b []core.Ref) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
