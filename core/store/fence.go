package store

import "context"

// fence keeps programs before schema 3 that still run from claiming runs, and from taking
// numbers for new risks and topic groups. They go on with what they have claimed and with
// the risks that they know, which stay as they are. It returns the highest number that they
// may have given. It can be interrupted and repeated.
func (s *Store) fence(ctx context.Context) (since int64, err error) {
	const op = "open"
	var calls []*call
	for shard := range s.keys.shards {
		calls = append(calls, s.call("fence", s.keys.in(shard, "server"), s.keys.server(shard)))
	}
	counters := []string{"", ofTopics}
	for _, counter := range counters {
		calls = append(calls, s.call("fence", s.keys.counted(counter, "block"), s.keys.numbers(counter)))
	}
	_, errs := s.doAll(ctx, op, calls)
	for _, err := range errs {
		if err != nil {
			return 0, err
		}
	}
	for _, counter := range counters {
		last, err := s.lastNumber(ctx, counter)
		if err != nil {
			return 0, failed(op, err)
		}
		since = max(since, last)
	}
	return since, nil
}
