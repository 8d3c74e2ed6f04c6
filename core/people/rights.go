package people

import (
	"cmp"
	"context"

	"riskroom/core"
)

// Rights decides what people may do. If it can't decide because a directory is down, it
// returns an error and false.
type Rights struct {
	org *core.Organisation
	dir *Directory
}

// NewRights returns the rights that the config file gives people.
func NewRights(org *core.Organisation, dir *Directory) *Rights { return &Rights{org: org, dir: dir} }

// Administrator reports whether a may do everything.
func (r *Rights) Administrator(ctx context.Context, a core.Account) (bool, error) {
	return r.dir.is(ctx, a, r.org.Permissions.Administrators)
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
// the module lead and administrators may.
func (r *Rights) MayChange(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	ok, err := r.involved(ctx, a, risk)
	if ok {
		return true, nil
	}
	ok, err2 := r.Administrator(ctx, a)
	return ok, cmp.Or(err, err2)
}

// MayOperate reports whether a may change a group: its owner and administrators may.
func (r *Rights) MayOperate(ctx context.Context, a, owner core.Account) (bool, error) {
	own, err := r.dir.Same(ctx, a, owner)
	if own {
		return true, nil
	}
	admin, err2 := r.Administrator(ctx, a)
	if admin {
		return true, nil
	}
	return false, cmp.Or(err, err2)
}

func (r *Rights) involved(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	refs := Qualify(r.concerned(risk), risk.Home)
	if s := risk.Submitter.Account; !s.IsZero() {
		refs = append(refs, core.RefOf(s))
	}
	return r.dir.is(ctx, a, refs)
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
