package bots

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"riskroom/core"
	"riskroom/core/engine"
	"riskroom/core/text"
)

// formGroup is the ID of the form that changes a group. Its state holds the group's key in
// riskState, the group, and marks of what the fields showed at first.
const (
	formGroup  = "group"
	groupState = "group"
	shownState = "shown"
)

// Fields of the form. A text that only the platform has starts empty.
const (
	ownerName        = "owner"
	adminsName       = "admins"
	addName          = "add"
	removeName       = "remove"
	topicName        = "topic"
	purposeName      = "purpose"
	announcementName = "announcement"
	muteName         = "mute"
	mutedName        = "muted"
)

// Values of the field for who may not post.
const (
	muteNobody = "none"
	muteAll    = "all"
)

func groupSettingsCommand() command {
	return command{
		name: "settings", aliases: synonyms{text.English: {"set", "edit"}, text.Chinese: {"设置"}},
		args: func(b *Bot) []Arg { return []Arg{b.groupArg()} }, handle: (*Bot).groupSettings,
		forms: map[string]handler{formGroup: (*Bot).groupForm},
	}
}

// groupSettings opens the form with what the person may change in a group. Of several
// groups it is the only one that they may change.
func (b *Bot) groupSettings(ctx context.Context, c Command) (Reply, error) {
	all, wrong, err := b.groupsOf(ctx, c)
	if err != nil || len(all) == 0 {
		return wrong, err
	}
	p := b.printer(c)
	mine := slices.DeleteFunc(slices.Clone(all), func(v engine.GroupView) bool { return !v.MaySet })
	switch {
	case len(mine) == 0:
		return Reply{}, core.Refuse(core.Denied, "may_not_set_group", "", "Group", all[0].Group.Title(b.org))
	case len(mine) > 1:
		r := undone(p.S("commands.group.which_one", text.Args{"Key": string(mine[0].Group.Key), "Line": b.org.Command + " " + c.Typed.command(p.Lang())}))
		for _, v := range mine {
			r.List = append(r.List, []core.Span{b.groupLink(c, v.Group)})
		}
		return r, nil
	case mine[0].Group.State == core.Ended:
		return Reply{}, core.Refuse(core.Conflict, "topic_over", "", "Group", mine[0].Group.Title(b.org))
	}
	r := Say(p.S("commands.group.again", text.Args{"Line": b.typedLine(c)}))
	r.Form = b.settingsForm(ctx, c, mine[0])
	return r, nil
}

// settingsForm returns the form of a group. It starts with what the record has.
func (b *Bot) settingsForm(ctx context.Context, c Command, v engine.GroupView) *Form {
	p, g := b.printer(c), v.Group
	f := &Form{
		ID:     formGroup,
		Title:  p.S("commands.group.form.title"),
		Submit: p.S("commands.group.form.submit"), Cancel: p.S("commands.form.cancel"),
	}
	can := func(part core.Part) bool { return v.Can.Set[part].Support != core.Lacking }
	put := func(can bool, field Field) {
		if can {
			field.Label = p.Field(field.Key)
			f.Fields = append(f.Fields, field)
		}
	}
	people := func(key string, accounts ...core.Account) Field {
		var chosen []string
		for _, a := range accounts {
			if !a.IsZero() {
				chosen = append(chosen, string(core.RefOf(a)))
			}
		}
		return b.peopleField(ctx, c, key, chosen)
	}
	own := func(key string, kind FieldKind, most int, now string) Field {
		field := Field{Key: key, Kind: kind, Max: most, Initial: oneOf(now)}
		if now == "" {
			field.Hint = p.S("commands.group.form.text")
		}
		return field
	}
	owner := people(ownerName, g.Owner)
	owner.Many = false
	owner.Options = slices.DeleteFunc(owner.Options, func(o Choice) bool { _, _, group := core.Ref(o.Key).Group(); return group })
	put(can(core.PartMember), owner)
	put(can(core.PartMember), people(adminsName, g.Admins...))
	put(can(core.PartMember), people(addName))
	put(can(core.PartRemoved), people(removeName))
	put(can(core.PartName), Field{Key: nameName, Kind: TextKind, Max: core.MaxTitle, Initial: oneOf(plainName(g))})
	put(can(core.PartTopic), own(topicName, TextKind, v.Can.Limits.Topic, g.Topic))
	put(can(core.PartPurpose), own(purposeName, TextKind, v.Can.Limits.Purpose, ""))
	put(can(core.PartAnnouncement), own(announcementName, LongTextKind, core.MaxNote, ""))
	mute := Field{Key: muteName, Kind: SelectKind, Initial: oneOf(muted(g))}
	for _, who := range []string{muteNobody, muteAll} {
		mute.Options = append(mute.Options, Choice{Key: who, Label: p.S("commands.group.mute." + who)})
	}
	put(can(core.PartMute), mute)
	put(can(core.PartMute) && v.Can.Mute.Support != core.Lacking, people(mutedName, g.Muted.People...))
	f.State = map[string]string{riskState: string(g.Key), groupState: g.Ref.String(), shownState: f.marks()}
	return f
}

// plainName returns a group's name without what makes it unique.
func plainName(g engine.Group) string { return strings.TrimSuffix(g.Name, "-"+g.Suffix) }

// muted returns who may not post, "" if that is only some people.
func muted(g engine.Group) string {
	switch {
	case g.Muted.All:
		return muteAll
	case len(g.Muted.People) > 0:
		return ""
	}
	return muteNobody
}

// marks returns a short mark of each field's initial value.
func (f *Form) marks() string {
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Key+"="+mark(field.Initial))
	}
	return strings.Join(all, " ")
}

// mark tells values apart. Their order doesn't matter.
func mark(values []string) string {
	h := fnv.New32a()
	for _, v := range slices.Sorted(slices.Values(values)) {
		h.Write([]byte(v + "\n"))
	}
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// groupForm changes the group as the form says. Only what the person has changed is sent.
// What somebody else has changed in the meantime isn't overwritten.
func (b *Bot) groupForm(ctx context.Context, c Command) (Reply, error) {
	ref, err := core.ParseGroupRef(c.Filled.State[groupState])
	if err != nil || c.Filled.Refresh {
		return b.unknown(ctx, c)
	}
	p := b.printer(c)
	all, err := b.handling.Groups(ctx, c.Actor, core.RiskKey(c.Filled.State[riskState]), c.Channel, p.Lang())
	if err != nil {
		return Reply{}, err
	}
	i := slices.IndexFunc(all, func(v engine.GroupView) bool { return v.Group.Ref == ref })
	if i < 0 {
		return Reply{}, core.Refuse(core.NotFound, "group_unknown", "")
	}
	o, faults := b.settingsOf(c, b.settingsForm(ctx, c, all[i]))
	o.Group = ref
	if len(faults) > 0 {
		return b.faulty(c, faults), nil
	}
	done, err := b.handling.DoGroup(ctx, c.Op, c.Actor, o)
	if err != nil {
		return Reply{}, err
	}
	var parts []string
	for _, part := range done.Parts {
		parts = append(parts, p.First(nil, "commands.group.part."+part, "common.part."+part))
	}
	said := p.S("commands.group.changing", text.Args{"Group": done.Group.Title(b.org), "Parts": p.List(parts)})
	return Reply{Text: linked(said, done.Group.Title(b.org), done.Group.Ref)}, nil
}

// settingsOf returns what a submitted form changes. now is the form as it would be now.
func (b *Bot) settingsOf(c Command, now *Form) (engine.SetGroup, []fault) {
	r := draftReader{bot: b, values: Values{}, mentions: b.mentions(c), lang: b.printer(c).Lang()}
	shown := map[string]string{}
	for _, s := range strings.Fields(c.Filled.State[shownState]) {
		key, m, _ := strings.Cut(s, "=")
		shown[key] = m
	}
	var o engine.SetGroup
	for _, f := range now.Fields {
		given, sent := c.Filled.Values[f.Key]
		m := mark(given)
		switch was := shown[f.Key]; {
		case !sent || m == was || m == mark(f.Initial):
		case was != mark(f.Initial):
			r.fault(f.Key, "changed", nil)
		default:
			r.values = Values{f.Key: given}
			r.setting(&o, f)
		}
	}
	return o, r.faults
}

// setting reads a field that was changed.
func (r *draftReader) setting(o *engine.SetGroup, f Field) {
	said := strings.TrimSpace(r.values.Get(f.Key))
	clear := func() *string {
		if clearing.has(said) {
			said = ""
		}
		return &said
	}
	switch f.Key {
	case ownerName:
		o.Owner = r.newOwner(f)
	case adminsName:
		was, now := refs(f.Initial), r.people(f.Key)
		o.Admins, o.RemoveAdmins = without(now, was), without(was, now)
	case addName:
		o.Add = r.people(f.Key)
	case removeName:
		o.Remove = r.people(f.Key)
	case nameName:
		if said != "" {
			o.Name = &said
		}
	case topicName:
		o.Topic = clear()
	case purposeName:
		o.Purpose = clear()
	case announcementName:
		o.Announcement = clear()
	case muteName:
		if o.Mute == nil && said != "" {
			o.Mute = &engine.Mute{All: said == muteAll}
		}
	case mutedName:
		o.Mute = &engine.Mute{People: r.people(f.Key)}
	}
}

// newOwner returns who is chosen in addition to the present owner, or in their place.
func (r *draftReader) newOwner(f Field) core.Ref {
	chosen := without(r.people(f.Key), refs(f.Initial))
	owner := cmp.Or(chosen...)
	if _, _, group := owner.Group(); group || len(chosen) > 1 {
		r.fault(f.Key, "one_person", nil)
	}
	return owner
}

func refs(all []string) []core.Ref {
	var out []core.Ref
	for _, s := range all {
		out = append(out, core.Ref(s))
	}
	return out
}

// without returns the refs of a list that aren't in another.
func without(all, others []core.Ref) []core.Ref {
	return slices.DeleteFunc(slices.Clone(all), func(r core.Ref) bool { return slices.Contains(others, r) })
}
