package people

import (
	"cmp"
	"context"
	"slices"

	"riskroom/core"
)

// Rights decides what people may do. If it can't decide because a directory is down, it
// returns an error and false.
type Rights struct {
	org       *core.Organisation
	dir       *Directory
	operators Operators
}

// Operators returns the operators of a risk's node, none if there is no process.
type Operators func(core.Risk) ([]core.Ref, error)

// NewRights returns the rights that the config file gives people.
func NewRights(org *core.Organisation, dir *Directory, operators Operators) *Rights {
	return &Rights{org: org, dir: dir, operators: operators}
}

// Administrator reports whether a may do everything.
func (r *Rights) Administrator(ctx context.Context, a core.Account) (bool, error) {
	return r.dir.is(ctx, a, r.org.Permissions.Administrators)
}

// Among reports whether a is one of these people, or in one of these groups.
func (r *Rights) Among(ctx context.Context, a core.Account, refs []core.Ref) (bool, error) {
	return r.dir.is(ctx, a, refs)
}

// MayFile reports whether a may file risks.
func (r *Rights) MayFile(ctx context.Context, a core.Account) (bool, error) {
	return r.inAudience(ctx, a, r.org.Permissions.File)
}

// MayReadAll reports whether a may see every risk.
func (r *Rights) MayReadAll(ctx context.Context, a core.Account) (bool, error) {
	return r.inAudience(ctx, a, r.org.Permissions.Read)
}

// MayRead reports whether a may see this risk.
func (r *Rights) MayRead(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	ok, err := r.MayReadAll(ctx, a)
	if ok {
		return true, nil
	}
	if !r.org.Permissions.Read.Involved {
		return false, err
	}
	ok, err2 := r.involved(ctx, a, risk)
	if ok {
		return true, nil
	}
	return false, cmp.Or(err, err2)
}

// MayChange reports whether a may change the status of this risk. Its submitter, its handlers,
// the operators of its node, the module lead and administrators may.
func (r *Rights) MayChange(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	ok, err := r.involved(ctx, a, risk)
	if ok {
		return true, nil
	}
	ok, err2 := r.Administrator(ctx, a)
	return ok, cmp.Or(err, err2)
}

// MayMove reports whether a may pass this risk on or send it back. The operators of its node,
// the module lead and administrators may.
func (r *Rights) MayMove(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	refs, failed := r.operators(risk)
	if m, ok := r.org.Module(risk.Module); ok && m.Lead != "" {
		refs = append(slices.Clone(refs), m.Lead)
	}
	ok, err := r.dir.is(ctx, a, Qualify(refs, risk.Home))
	if ok {
		return true, nil
	}
	ok, err2 := r.Administrator(ctx, a)
	return ok, cmp.Or(err, err2, failed)
}

// MayOperate reports whether a may change a group: its owner, its admins and
// administrators may.
func (r *Rights) MayOperate(ctx context.Context, a, owner core.Account, admins ...core.Account) (bool, error) {
	var failed error
	for _, b := range append([]core.Account{owner}, admins...) {
		own, err := r.dir.Same(ctx, a, b)
		if own {
			return true, nil
		}
		failed = cmp.Or(failed, err)
	}
	admin, err := r.Administrator(ctx, a)
	if admin {
		return true, nil
	}
	return false, cmp.Or(failed, err)
}

// MayEdit reports whether a may change fields in a part of this risk: its handlers, the
// module lead and administrators both parts, its submitter the reported part while it is
// pending.
func (r *Rights) MayEdit(ctx context.Context, a core.Account, risk core.Risk, part core.FieldPart) (bool, error) {
	return r.mayWork(ctx, a, risk, part == core.Reported, nil)
}

// MayAssign reports whether a may change the handlers of this risk: its handlers, the module
// lead and administrators, and its submitter while it is pending.
func (r *Rights) MayAssign(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	return r.mayWork(ctx, a, risk, true, nil)
}

// MayTake reports whether a may become the handler of this risk: whoever may assign it, and
// the handlers of its module.
func (r *Rights) MayTake(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	m, _ := r.org.Module(risk.Module)
	return r.mayWork(ctx, a, risk, true, m.Handlers)
}

// mayWork reports whether a is a handler of the risk, its lead or an administrator, one of
// others or, if submitter is set and the risk is pending, its submitter. Guests and external
// people may only if the config file names them.
func (r *Rights) mayWork(ctx context.Context, a core.Account, risk core.Risk, submitter bool, others []core.Ref) (bool, error) {
	refs := Qualify(append(r.concerned(risk), others...), risk.Home)
	if s := risk.Submitter.Account; submitter && risk.Status == core.Pending && !s.IsZero() {
		refs = append(refs, core.RefOf(s))
	}
	ok, err := r.dir.is(ctx, a, refs)
	if ok {
		return r.MayHandle(ctx, a)
	}
	ok, err2 := r.Administrator(ctx, a)
	return ok, cmp.Or(err, err2)
}

// MayHandle reports whether a can be a handler that somebody assigns: a member, or a guest or
// external person whom the config file names.
func (r *Rights) MayHandle(ctx context.Context, a core.Account) (bool, error) {
	member, err := r.dir.isMember(ctx, a)
	if member || err != nil {
		return member, err
	}
	var named []core.Ref
	for name := range r.org.People {
		named = append(named, core.Ref(name))
	}
	perm := r.org.Permissions
	named = slices.Concat(named, perm.Administrators, perm.File.Refs, perm.Read.Refs)
	for _, m := range r.org.Modules {
		named = append(named, m.Handlers...)
		if m.Lead != "" {
			named = append(named, m.Lead)
		}
	}
	return r.dir.is(ctx, a, named)
}

// maxAsked is how many members of a group Gained asks about.
const maxAsked = 10

// Gained returns the handlers and leads who may read a risk since a change and could not
// before. Those about whom a directory can't be asked now are left out.
func (r *Rights) Gained(ctx context.Context, before, after core.Risk) []core.Ref {
	if !r.org.Permissions.Read.Involved {
		return nil
	}
	var out []core.Ref
	had := Qualify(r.concerned(before), before.Home)
	for _, ref := range Qualify(r.concerned(after), after.Home) {
		if slices.Contains(had, ref) || slices.Contains(out, ref) {
			continue
		}
		accounts, err := r.dir.ResolveOne(ctx, ref, after.Home, ForRights)
		if err != nil {
			continue
		}
		for _, a := range accounts[:min(len(accounts), maxAsked)] {
			if could, err := r.MayRead(ctx, a, before); err == nil && !could {
				out = append(out, ref)
				break
			}
		}
	}
	return out
}

func (r *Rights) involved(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	refs := Qualify(r.concerned(risk), risk.Home)
	if s := risk.Submitter.Account; !s.IsZero() {
		refs = append(refs, core.RefOf(s))
	}
	operators, failed := r.operators(risk)
	ok, err := r.dir.is(ctx, a, append(refs, Qualify(operators, risk.Home)...))
	if ok {
		return true, nil
	}
	return false, cmp.Or(err, failed)
}

// concerned returns the handlers and the lead of a risk.
func (r *Rights) concerned(risk core.Risk) []core.Ref {
	refs := append([]core.Ref(nil), risk.Handlers...)
	if m, ok := r.org.Module(risk.Module); ok && m.Lead != "" {
		refs = append(refs, m.Lead)
	}
	return refs
}

// inAudience reports whether a is in an audience. Everyone means members, and not guests or
// external people.
func (r *Rights) inAudience(ctx context.Context, a core.Account, who core.Audience) (bool, error) {
	ok, err := r.dir.is(ctx, a, who.Refs)
	if ok {
		return true, nil
	}
	if who.Everyone {
		member, err := r.dir.isMember(ctx, a)
		if member || err != nil {
			return member, err
		}
	}
	admin, err2 := r.Administrator(ctx, a)
	return admin, cmp.Or(err, err2)
}

// Qualify adds home to Refs of groups without a workspace.
func Qualify(refs []core.Ref, home string) []core.Ref {
	out := make([]core.Ref, len(refs))
	for i, ref := range refs {
		if ws, group, ok := ref.Group(); ok && ws == "" {
			ref = core.Ref(home + ":@" + group)
		}
		out[i] = ref
	}
	return out
}

// QualifyFields does the same in the values of own fields.
func QualifyFields(fields map[string]core.Value, home string) map[string]core.Value {
	out := make(map[string]core.Value, len(fields))
	for key, v := range fields {
		if v.People != nil {
			v.People = Qualify(v.People, home)
		}
		out[key] = v
	}
	return out
}
