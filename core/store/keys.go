package store

import (
	"fmt"
	"strconv"

	"riskroom/core"
	"riskroom/core/engine"
)

// keys makes every key that the store uses; no other code builds one.
// All keys of a risk carry the hash tag of its shard, so that one script can
// change them together in a cluster.
//
//	{p:3}:due                timers of the shard: RunID -> ms at which it may next be claimed
//	{p:3}:park               parked runs: RunID -> ms since when
//	{p:3}:running            claimed runs: RunIDs
//	{p:3}:waiting            runs that wait for a slot or back off: RunIDs
//	{p:3}:audit              stream of audit events, never trimmed (scripts/events.lua, event.go)
//	{p:3}:open               open risks: key -> ms of submission
//	{p:3}:closed             closed risks: key -> ms of closing
//	{p:3}:status:<status>    risks in a status: key -> ms of submission
//	{p:3}:who:<ref>          risks that a person or group handles: the same
//	{p:3}:by:<account>       risks that an account submitted: the same
//	{p:3}:module:<name>      risks of a module: the same
//	{p:3}:overdue            open risks with a due date: key -> ms of it
//	{p:3}:due:closed         closed risks with a due date: the same
//	{p:3}:touched            people and groups whose risks changed lately: ref -> ms of the last time
//	{p:3}:links              risks whose binding is Bound or Lost
//	{p:3}:grouped            keys with a live group: risks, and T-n of topic groups
//	{p:3}:r:<key>            hash: version, last ops, newest audit event; RunID -> summary of the run,
//	                         state|flow|due|begun|open, or armed|flow if the rest follows from its timer
//	                         (scripts/armed.lua); fold:<risk/flow/> -> the others; only gone if purged
//	{p:3}:doc:<key>          document of the risk (document.go)
//	{p:3}:link:<key>         hash: the binding to the item group
//	{p:3}:groups:<key>       hash: the records of its groups, by workspace/id
//	{p:3}:shown:<key>        hash: messages that show the risk, by ID
//	{p:3}:run:<RunID>        hash: the run, unless its summary implies it
//	{p:3}:tried:<key>        hash: rejected attempts, by person and what they tried
//	{p:3}:node               hash: which server the shard was last claimed from, and the config file in force
//	{p:3}:aligned            the config file that all timers of the shard follow
//	{p:0}:groups             user groups that are or were handlers
//	{p:0}:joined             hash: account -> the accounts that it is linked with
//	{p:0}:offers             hash: hash of a code -> until when|account
//	{p:0}:tries, tries:<account>   wrong codes: op -> ms
//	{p:0}:join:<op>          the account that an op linked or unlinked
//	{p:form:<account>}       hash: forms that a person has not finished, by op
//	{p:b:<ws>}:...           rate buckets of a workspace
//	{p:number}:...           the numbers of risks, and topic:... those of topic groups
//	{p:probe:<n>}            short-lived, to find out how a server syncs
//	p:homes:<ws>             people who opened their home: account's ID -> ms of the last time
//	p:lead:<name>            hash: who leads, until when, and the last leader's memo
//	p:meta                   hash: schema and so on, and the config file in force with its generation
//	p:flow:<hash>, p:group:<workspace/id>
//
// Risks that a program before schema 3 may have filed, and keys of topic groups and R-0, up to
// the number since, have the same in other keys:
//
//	{p:3}:risk:<key>         hash: document too, without the runs
//	{p:3}:runs:<key>         hash: RunID -> summary of the run; fold:<risk/flow/> -> the others
//
// What programs before schema 3 had as {p:3}:server and {p:number}:block, and those before
// schema 4 as {p:3}:host and {p:number}:blocks, is a text there now, at which their scripts
// fail (fence.lua).
type keys struct {
	prefix string
	shards int
	since  int64
}

func (k keys) meta() string                   { return k.prefix + ":meta" }
func (k keys) flow(hash string) string        { return k.prefix + ":flow:" + hash }
func (k keys) group(g core.GroupRef) string   { return k.prefix + ":group:" + g.String() }
func (k keys) probe(n int) string             { return "{" + k.prefix + ":probe:" + strconv.Itoa(n) + "}" }
func (k keys) leader(name string) string      { return k.prefix + ":lead:" + name }
func (k keys) homes(ws string) string         { return k.prefix + ":homes:" + ws }
func (k keys) wake() string                   { return k.prefix + ":wake" }
func (k keys) due(shard int) string           { return k.in(shard, "due") }
func (k keys) park(shard int) string          { return k.in(shard, "park") }
func (k keys) running(shard int) string       { return k.in(shard, "running") }
func (k keys) waiting(shard int) string       { return k.in(shard, "waiting") }
func (k keys) audit(shard int) string         { return k.in(shard, "audit") }
func (k keys) open(shard int) string          { return k.in(shard, "open") }
func (k keys) closed(shard int) string        { return k.in(shard, "closed") }
func (k keys) dueOpen(shard int) string       { return k.in(shard, "overdue") }
func (k keys) dueClosed(shard int) string     { return k.in(shard, "due:closed") }
func (k keys) touched(shard int) string       { return k.in(shard, "touched") }
func (k keys) server(shard int) string        { return k.in(shard, "node") }
func (k keys) aligned(shard int) string       { return k.in(shard, "aligned") }
func (k keys) bindings(shard int) string      { return k.in(shard, "links") }
func (k keys) grouped(shard int) string       { return k.in(shard, "grouped") }
func (k keys) who(shard int, r string) string { return k.of(shard, "who:", r) }
func (k keys) by(shard int, r string) string  { return k.of(shard, "by:", r) }
func (k keys) module(shard int, m string) string {
	return k.of(shard, "module:", m)
}
func (k keys) status(shard int, st string) string {
	return k.of(shard, "status:", st)
}

// The keys of a counter: "" is that of risks, ofTopics that of topic groups.
func (k keys) number(counter string) string  { return k.counted(counter, "last") }
func (k keys) numbers(counter string) string { return k.counted(counter, "reserved") }
func (k keys) numberOf(counter, op string) string {
	return k.counted(counter, "op:"+op)
}
func (k keys) numberLike(counter, alike string) string {
	return k.counted(counter, "like:"+alike)
}
func (k keys) counted(counter, name string) string {
	return "{" + k.prefix + ":number}:" + counter + name
}

const ofTopics = "topic:"

func (k keys) handlerGroups() string { return k.in(0, "groups") }

// Linked accounts are in the shard of R-0, whose trail records them.
func (k keys) joined() string                { return k.in(0, "joined") }
func (k keys) offers() string                { return k.in(0, "offers") }
func (k keys) tries() string                 { return k.in(0, "tries") }
func (k keys) triesOf(a core.Account) string { return k.in(0, "tries:"+a.String()) }
func (k keys) joinOf(op string) string       { return k.in(0, "join:"+op) }

func (k keys) forms(a core.Account) string {
	return "{" + k.prefix + ":form:" + a.String() + "}"
}

func (k keys) in(shard int, name string) string { return k.of(shard, name, "") }

func (k keys) of(shard int, kind, name string) string {
	return "{" + k.prefix + ":" + strconv.Itoa(shard) + "}:" + kind + name
}

// shard returns the shard of a risk. Numbers are consecutive, so their remainders
// spread risks evenly.
func (k keys) shard(risk core.RiskKey) int {
	n := risk.Number() % int64(k.shards)
	return int(max(n, 0))
}

// compact reports whether no program before schema 3 knows a risk.
func (k keys) compact(r core.RiskKey) bool { return r.Number() > k.since }

func (k keys) risk(r core.RiskKey) string {
	if k.compact(r) {
		return k.in(k.shard(r), "r:"+string(r))
	}
	return k.in(k.shard(r), "risk:"+string(r))
}

// document returns the key that has a risk's document, its hash if that is in the field doc.
func (k keys) document(r core.RiskKey) string {
	if k.compact(r) {
		return k.in(k.shard(r), "doc:"+string(r))
	}
	return k.risk(r)
}

// runs returns the hash that has the summaries of a risk's runs.
func (k keys) runs(r core.RiskKey) string {
	if k.compact(r) {
		return k.risk(r)
	}
	return k.in(k.shard(r), "runs:"+string(r))
}

func (k keys) binding(r core.RiskKey) string  { return k.in(k.shard(r), "link:"+string(r)) }
func (k keys) groupsOf(r core.RiskKey) string { return k.in(k.shard(r), "groups:"+string(r)) }
func (k keys) shown(r core.RiskKey) string    { return k.in(k.shard(r), "shown:"+string(r)) }
func (k keys) tried(r core.RiskKey) string    { return k.in(k.shard(r), "tried:"+string(r)) }
func (k keys) run(id engine.RunID) string {
	return k.in(k.shard(id.Risk), "run:"+id.String())
}

// aroundShard is how many keys of around are the same for all risks of a shard.
const aroundShard = 7

// around returns the keys that every script on a risk or its runs may touch, in the
// order of scripts/runs.lua: first those that are the same for all risks of a shard.
func (k keys) around(r core.RiskKey) []string {
	s := k.shard(r)
	return []string{
		k.due(s), k.park(s), k.running(s), k.waiting(s), k.audit(s), k.bindings(s), k.aligned(s),
		k.risk(r), k.binding(r), k.shown(r), k.runs(r),
	}
}

// record returns the keys of everything that belongs to a risk, in the order of
// scripts/record.lua.
func (k keys) record(r core.RiskKey) []string {
	return []string{k.due(k.shard(r)), k.risk(r), k.document(r), k.binding(r), k.shown(r), k.runs(r), k.groupsOf(r)}
}

// budget returns a key of a bucket. The tag is the workspace's, so that one
// script can take a place in every bucket of a call.
func (k keys) budget(b core.Bucket, part string) string {
	return "{" + k.prefix + ":b:" + b.Workspace + "}:" + b.Name + ":" + b.Scope + ":" + part
}

// checkRun refuses an ID that could not be parsed back.
func checkRun(id engine.RunID) error {
	back, err := engine.ParseRunID(id.String())
	if err != nil {
		return err
	}
	if back != id {
		return fmt.Errorf("%q is not the ID of a run", id.String())
	}
	return nil
}
