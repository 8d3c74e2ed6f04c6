package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"riskroom/core"
	"riskroom/core/flow"
)

// fileOf identifies what the engine uses of a config file: the organisation and the flows.
func fileOf(org *core.Organisation, flows []*flow.Flow) (string, error) {
	used := struct {
		Zone         string
		Organisation *core.Organisation
		Flows        []string
	}{Organisation: org}
	if org.Zone != nil {
		used.Zone = org.Zone.String()
	}
	for _, f := range flows {
		used.Flows = append(used.Flows, f.Name+" "+f.Hash())
	}
	text, err := json.Marshal(used)
	if err != nil {
		return "", fmt.Errorf("engine: the organisation: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// enforcement is what a process knows about the config file in force.
type enforcement struct {
	generation atomic.Int64 // of this process's file, once it was in force
	superseded atomic.Bool  // another file is, according to the last claim
}

// PutInForce stores the flows, so that every replica can read what a run pins, and puts the
// config file in force. From then on, processes with another file claim no runs. Run does it
// otherwise.
func (e *Engine) PutInForce(ctx context.Context) error {
	for _, f := range e.flows {
		if err := e.store.PutFlow(ctx, f.Hash(), f.Canonical()); err != nil {
			return err
		}
	}
	generation, err := e.store.PutInForce(ctx, e.file)
	if err != nil {
		return err
	}
	e.enforce.generation.Store(generation)
	e.lastRun.CompareAndSwap(0, time.Now().UnixNano())
	return nil
}

// errSuperseded is why a process claims nothing.
var errSuperseded = errors.New("another riskroom has applied another config file, so this one runs no flows: " +
	"reload it with that file, or restart it to apply its own file again")

// InForce returns an error if another config file is in force than the engine's.
func (e *Engine) InForce(ctx context.Context) error {
	now, err := e.store.InForce(ctx)
	if err != nil {
		return err
	}
	if now.File != "" && now.File != e.file && now.Generation > e.enforce.generation.Load() {
		return errSuperseded
	}
	return nil
}

// refused handles the error of a claim or an adoption. If another file is in force it reports
// so, once. If the store has lost that this one is, it puts it in force again.
func (e *Engine) refused(ctx context.Context, err error) (other bool) {
	if core.KindOf(err) != core.Conflict || core.DetailOf(err) != OtherFile {
		return false
	}
	now, err := e.store.InForce(ctx)
	switch {
	case err != nil:
		e.log.WarnContext(ctx, "the config file in force could not be read", "err", err)
	case now.Generation < e.enforce.generation.Load() || now.File == e.file:
		if err := e.PutInForce(ctx); err != nil {
			e.log.WarnContext(ctx, "the config file could not be put in force again", "err", err)
		}
	case !e.enforce.superseded.Swap(true):
		e.log.WarnContext(ctx, errSuperseded.Error())
	}
	return true
}

// claimed notes that claims aren't refused.
func (e *Engine) claimed(ctx context.Context) {
	if e.enforce.superseded.Load() && e.enforce.superseded.Swap(false) {
		e.log.InfoContext(ctx, "the config file is in force again, and runs flows")
	}
}
