package engine

import (
	"context"
	"strings"

	"riskroom/core"
	"riskroom/core/people"
	"riskroom/core/text"
)

// journal stores changes of linked accounts with their events and notices, under
//
type journal struct{ e *Engine }

var _ people.Journal = journal{}

// Linked implements people.Journal. It notifies the person whose code was used,
// and administrators if one of the accounts belongs to one.
func (j journal) Linked(ctx context.Context, l people.Linked) error {
	e := j.e
	args := text.Args{
		"Name": l.Theirs.Name, "Workspace": l.Theirs.Account.Workspace, "Other": l.Mine.Name, "OtherWorkspace": l.Mine.Account.Workspace,
		"Command": e.org.Command,
	}
	notice, err := e.noticeNow(noticeData{Code: "linked", Args: args, To: l.Theirs.Account}, core.MakeOp("linked", l.Op))
	if err != nil {
		return err
	}
	timers := []TimerChange{notice}
	if l.Administrator {
		if notice, err = e.noticeNow(noticeData{Code: "administrator_linked", Args: args}, core.MakeOp("administrator linked", l.Op)); err != nil {
			return err
		}
		timers = append(timers, notice)
	}
	if err := j.store(ctx, l.Join, timers, Event{Kind: EventLinked, Actor: l.By,
		Data: map[string]string{"account": l.Mine.Account.String(), "with": l.Theirs.Account.String()}}); err != nil {
		return err
	}
	e.Wake()
	return nil
}

// Unlinked implements people.Journal.
func (j journal) Unlinked(ctx context.Context, u people.Unlinked) error {
	var from []string
	for _, a := range u.From {
		from = append(from, a.String())
	}
	return j.store(ctx, u.Join, nil, Event{Kind: EventUnlinked, Actor: u.By,
		Data: map[string]string{"account": u.Subject.String(), "from": strings.Join(from, " ")}})
}

func (j journal) store(ctx context.Context, join people.Join, timers []TimerChange, ev Event) error {
	ev.At, ev.Op = j.e.now(), join.Op
	return j.e.store.Join(ctx, Join{Join: join, Under: j.e.noticesRisk(), Timers: timers, Events: []Event{ev}})
}
