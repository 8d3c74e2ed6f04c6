// Package store keeps risks, runs, bindings and rate budgets in Redis. It implements
// engine.Store. Only this package and those below it use Redis.
//
// Each change is one Lua script in one hash slot, so it takes effect as a whole or not
// at all. The scripts are in scripts/*.lua; the head of each lists its keys, arguments
// and reply. keys.go makes all keys. Every script recognises when it is called again,
// so the client library may retry: a call whose reply was lost is sent again and gets
// the first reply.
package store

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"riskroom/core"
	"riskroom/core/engine"
)

var _ engine.Store = (*Store)(nil)

// Options configures a Store.
type Options struct {
	// URL is the address of the server: redis://, rediss:// (TLS), unix://path,
	// redis-cluster://, rediss-cluster://, redis-sentinel:// or rediss-sentinel://.
	// With clusters and sentinels, ?addr=host:port adds a host. A sentinel's URL
	// needs ?master_name=, and its user and password are those of the sentinels.
	// Tuning parameters are ignored.
	URL      string
	Username string      // of the server, instead of the URL's
	Password string      // the same
	TLS      *tls.Config // instead of what the URL implies

	// Dial, if set, connects to the server instead of the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	Prefix string     // of every key; "riskroom" if empty
	Shards int        // of a new database; 64 if 0. Open fails if an existing one has another number.
	Clock  core.Clock // nil: the server's time
	// Strict waits after every change, intent and result until a replica has it, and
	// until it is on disk if the server doesn't sync every write itself. If that takes
	// longer than a second or two, the call fails with Unavailable although its
	// change is stored.
	Strict   bool
	Embedded bool // the server is part of this program, and has no INFO
	Volatile bool // Check accepts a server without AOF and RDB
	// Alone says that nobody else uses the database before Stop, and that callers take turns.
	// So timers are read only after a write, and no call waits to be sent with others.
	Alone bool
	// ReadOnly opens only a database that this program's version has written or upgraded, and
	// writes nothing to it. The caller must not write either.
	ReadOnly bool
	Logger   *slog.Logger // nil: slog.Default

	// Snapshot, if set, is what a new database contains. It has one shard.
	Snapshot *Snapshot
}

// Store is the engine's store in Redis. It is safe for concurrent use.
type Store struct {
	db       redis.UniversalClient
	opts     Options
	keys     keys
	clock    core.Clock
	log      *slog.Logger
	scripts  scripts
	gather   *gatherer
	upcoming upcoming
	instance string
	process  string // a random name of this store, which each process opens anew
	seen     serverClocks

	refusal   atomic.Pointer[Finding] // why the last Check refused the server
	awaitSync atomic.Bool             // Strict must wait for the disk too, according to the last Check
	probes    probes
	risks     numbers
	topics    numbers       // of groups that belong to no risk
	lossless  atomic.Bool   // no server loses acknowledged writes, as far as is known
	complete  atomic.Bool   // all risks are in all indexes
	claimed   atomic.Uint64 // claims so far
	firstRead int           // of an index in a shard

	life  context.Context // ends with Stop, and the subscriptions with it
	loops sync.WaitGroup
	stop  func() error
}

// Limits of the client. Commands that a person waits for have a shorter deadline in
// their context.
const (
	dialTimeout = 2 * time.Second
	ioTimeout   = 3 * time.Second
	poolSize    = 32 // connections per node
	retries     = 2  // of a command whose answer was lost; scripts recognise repeats
	redirects   = 5  // in a cluster
	replicaWait = time.Second
	syncWait    = 1500 * time.Millisecond // for a server that syncs every second
)

// schema is the version of the layout that this program writes. A database with an
// older one is taken over, one with a newer one is refused. Since 2, a risk has its
// history and the version that last changed each field: a program that doesn't know
// them would drop them. Since 3, it has fewer keys, and an armed run may have none. Since 4,
// documents, events and armed runs are shorter; what is older is read as it is.
const schema = 4

const defaultShards = 64

// Open connects to the server and opens its database, or creates one. It fails with
// Invalid if the options are wrong or don't fit the database, with Unsupported and Detail "schema" if a newer
// program wrote the database, and with Unavailable if the server can't be reached.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Snapshot != nil {
		o.Prefix, o.Shards = o.Snapshot.prefix, 1
	}
	if o.Prefix == "" {
		o.Prefix = "riskroom"
	}
	if strings.ContainsAny(o.Prefix, "{}") {
		return nil, invalid("open", "prefix", fmt.Errorf("%q must not contain braces, which are for hash tags", o.Prefix))
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	sc, err := readScripts()
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db, err := dial(o)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db, opts: o, clock: o.Clock, log: o.Logger, scripts: sc, process: nonce(), firstRead: firstRead, topics: numbers{of: ofTopics}}
	s.gather = newGatherer(s.sendBatch)
	s.keys = keys{prefix: o.Prefix, shards: o.Shards}
	s.upcoming.alone = o.Alone
	s.upcoming.rely = rereadAfter
	if o.Embedded {
		s.upcoming.rely = rereadOwnAfter
	}
	life, cancel := context.WithCancel(context.Background())
	s.life = life
	s.stop = sync.OnceValue(func() error {
		cancel()
		s.loops.Wait()
		err := db.Close()
		s.gather.close()
		return err
	})
	if o.Snapshot != nil {
		err = o.Snapshot.write(ctx, db)
	}
	if err == nil {
		err = s.openMeta(ctx)
	}
	if err == nil {
		err = s.learnTime(ctx)
	}
	if err != nil {
		_ = s.stop()
		return nil, err
	}
	return s, nil
}

// libraryLog receives the client library's log, which all clients share. It logs at
// debug level, because everything that matters is also returned as an error.
type libraryLog struct{ log *slog.Logger }

// Printf is called by the library.
func (l libraryLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "store: "+fmt.Sprintf(format, v...))
}

// openMeta reads the database's schema, number of shards and ID, and writes them if the
// database is new.
func (s *Store) openMeta(ctx context.Context) error {
	if s.opts.ReadOnly {
		return s.readMeta(ctx)
	}
	shards := s.opts.Shards
	if shards == 0 {
		shards = defaultShards
	}
	if shards < 1 || shards > 1024 {
		return invalid("open", "shards", fmt.Errorf("%d shards; must be 1 to 1024", shards))
	}
	instance := nonce() + nonce()
	open := func(since any) (answer, error) {
		return s.do(ctx, "open", s.call("meta", s.keys.meta()).add(schema, shards, instance, since))
	}
	a, err := open("")
	if err != nil {
		return err
	}
	if have := a.int(1); have > schema {
		return &core.Error{Op: "store: open", Kind: core.Unsupported, Detail: "schema",
			Err: fmt.Errorf("the database has schema %d, this program supports %d", have, schema)}
	}
	have := int(a.int(2))
	if s.opts.Shards != 0 && have != s.opts.Shards {
		return invalid("open", "shards", fmt.Errorf("the database has %d shards, not %d", have, s.opts.Shards))
	}
	s.keys.shards, s.instance = have, a.text(3)
	if a.int(1) < schema {
		since, err := s.fence(ctx)
		if err != nil {
			return err
		}
		if a, err = open(since); err != nil {
			return err
		}
	}
	s.keys.since = a.int(4)
	s.upcoming.reset(have, rand.N(have))
	return nil
}

// Instance returns the random ID that the database got when it was created. Ops are
// derived from it, so that two databases never share an op.
func (s *Store) Instance() string { return s.instance }

// Stop ends subscriptions and connections. Calls under way fail. It may be called
// twice.
func (s *Store) Stop() error { return s.stop() }
