package engine

import (
	"context"

	"riskroom/core"
)

// rights judges what people may do. A question that cannot be answered now (a
// directory is down) is an error, never a yes.
type rights struct {
	org    *core.Organisation
	people *people
}

// administrator tells whether a may do everything.
func (r rights) administrator(ctx context.Context, a core.Account) (bool, error) {
	return r.people.is(ctx, a, r.org.Permissions.Administrators)
}

// mayFile tells whether a may file risks.
func (r rights) mayFile(ctx context.Context, a core.Account) (bool, error) {
	return r.inAudience(ctx, a, r.org.Permissions.File)
}

// mayReadAll tells whether a may see every risk.
func (r rights) mayReadAll(ctx context.Context, a core.Account) (bool, error) {
	return r.inAudience(ctx, a, r.org.Permissions.Read)
}

// mayRead tells whether a may see this risk.
func (r rights) mayRead(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	ok, err := r.mayReadAll(ctx, a)
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
	return false, firstError(err, err2)
}

// mayChange tells whether a may change the status of this risk: its submitter,
// its handlers, the module's lead and administrators may.
func (r rights) mayChange(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	ok, err := r.involved(ctx, a, risk)
	if ok {
		return true, nil
	}
	ok, err2 := r.administrator(ctx, a)
	return ok, firstError(err, err2)
}

// mayOperate tells whether a owns a group, whose owner was named as it was made,
// or administers riskroom and so every group that it is in.
func (r rights) mayOperate(ctx context.Context, a, owner core.Account) (bool, error) {
	own, err := r.people.same(ctx, a, owner)
	if own {
		return true, nil
	}
	admin, err2 := r.administrator(ctx, a)
	if admin {
		return true, nil
	}
	return false, firstError(err, err2)
}

func (r rights) involved(ctx context.Context, a core.Account, risk core.Risk) (bool, error) {
	refs := qualify(r.concerned(risk), risk.Home)
	if s := risk.Submitter.Account; !s.IsZero() {
		refs = append(refs, core.RefOf(s))
	}
	return r.people.is(ctx, a, refs)
}

// concerned returns the handlers and the lead of a risk.
func (r rights) concerned(risk core.Risk) []core.Ref {
	refs := append([]core.Ref(nil), risk.Handlers...)
	if m, ok := r.org.Module(risk.Module); ok && m.Lead != "" {
		refs = append(refs, m.Lead)
	}
	return refs
}

// inAudience tells whether a is named by an audience, or is a member where
// everyone is meant: guests and external people are not.
func (r rights) inAudience(ctx context.Context, a core.Account, who core.Audience) (bool, error) {
	ok, err := r.people.is(ctx, a, who.Refs)
	if ok {
		return true, nil
	}
	if who.Everyone {
		member, err := r.people.standing(ctx, a)
		if member || err != nil {
			return member, err
		}
	}
	admin, err2 := r.administrator(ctx, a)
	return admin, firstError(err, err2)
}

// qualify gives groups that are meant at home their workspace.
func qualify(refs []core.Ref, home string) []core.Ref {
	out := make([]core.Ref, len(refs))
	for i, ref := range refs {
		if ws, group, ok := ref.Group(); ok && ws == "" {
			ref = core.Ref(home + ":@" + group)
		}
		out[i] = ref
	}
	return out
}

// qualifyFields does it in own fields.
func qualifyFields(fields map[string]core.Value, home string) map[string]core.Value {
	out := make(map[string]core.Value, len(fields))
	for key, v := range fields {
		if v.People != nil {
			v.People = qualify(v.People, home)
		}
		out[key] = v
	}
	return out
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
