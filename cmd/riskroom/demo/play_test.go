package demo

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"riskroom/configs"
	"riskroom/core/text"
)

// perform plays a scene with the built-in config file in one of its workspaces, and
// returns the events.
func perform(t *testing.T, home string, what func(p *play, s scene) error) []line {
	t.Helper()
	cfg := loaded(t, configs.Demo)
	keepOnly(cfg, home)
	words, err := text.Load(locales)
	if err != nil {
		t.Fatal(err)
	}
	w, err := build(t.Context(), cfg, home, text.English, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	p := &play{w: w, words: words.In("en"), rec: newRecorder(w), tell: newJSON(&out, words.In("en"))}
	if err := what(p, p.story()[0]); err != nil {
		t.Fatal(err)
	}
	var lines []line
	for d := json.NewDecoder(&out); d.More(); {
		var l line
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// onEach runs a test in each workspace of the built-in config file, one for each platform.
func onEach(t *testing.T, test func(t *testing.T, home string)) {
	t.Parallel()
	for _, home := range []string{"acme", "guild"} {
		t.Run(home, func(t *testing.T) {
			t.Parallel()
			test(t, home)
		})
	}
}

// TestResolvedEarly checks that runs of a resolved risk are skipped when they are due, with
// the reason, and that nobody gets a message.
func TestResolvedEarly(t *testing.T) { onEach(t, testResolvedEarly) }

func testResolvedEarly(t *testing.T, home string) {
	lines := perform(t, home, func(p *play, s scene) error {
		ctx, look := t.Context(), func() error { return p.look(t.Context()) }
		began := p.w.clock.Now()
		key, err := p.file(ctx, s.by, s.keys, s.values)
		if err != nil {
			return err
		}
		p.rec.follow(key)
		if err := p.w.until(ctx, began.Add(12*time.Hour), look); err != nil {
			return err
		}
		if err := p.resolve(ctx, key, s.solver, s.note); err != nil {
			return err
		}
		return p.w.until(ctx, time.Time{}, look)
	})
	var actions []string
	for _, l := range lines {
		actions = append(actions, l.Action)
	}
	want := "file send_message send_message change_status skip create_group set_group skip skip skip"
	if got := strings.Join(actions, " "); got != want {
		t.Fatalf("actions %q, want %q", got, want)
	}
	if l := lines[4]; !strings.Contains(l.Text, "announce-in-the-group skips send_group_message: the risk has no channel") {
		t.Errorf("the announcement, for which there is no channel: %+v", l)
	}
	// Two flows are due in the same moment.
	slices.SortStableFunc(lines[7:9], func(a, b line) int { return strings.Compare(a.Text, b.Text) })
	for i, flow := range []string{"remind-after-a-day", "remind-the-operators", "open-a-group-after-two"} {
		skip := lines[7+i]
		if !strings.Contains(skip.Text, flow) || !strings.Contains(skip.Text, "Resolved") || skip.Where != "R-1" || skip.Who != "riskroom" {
			t.Errorf("skip %+v lacks %s or the reason", skip, flow)
		}
	}
	// A line has the time of its output, which is a little after the event.
	filed, resolved := at(t, lines[0]), at(t, lines[3])
	if d := resolved.Sub(filed).Round(time.Minute); d != 12*time.Hour {
		t.Errorf("resolved %v after it was filed", d)
	}
	if d := at(t, lines[7]).Sub(filed).Round(time.Minute); d != 24*time.Hour {
		t.Errorf("the reminder's condition was evaluated %v after the risk was filed", d)
	}
}

// TestTopicInStory checks that the story's last group takes messages until it is ended.
func TestTopicInStory(t *testing.T) { onEach(t, testTopicInStory) }

func testTopicInStory(t *testing.T, home string) {
	lines := perform(t, home, func(p *play, s scene) error { return p.run(t.Context(), []scene{s}) })
	i := slices.IndexFunc(lines, func(l line) bool { return l.Action == "write" })
	if i < 0 || i+3 != len(lines) {
		t.Fatalf("nobody writes in the topic group, or more than its end follows: %+v", lines)
	}
	room := lines[i].Where
	if wrote, closing, late := lines[i], lines[i+1], lines[i+2]; wrote.Who != "lin" || closing.Action != "send_group_message" ||
		!strings.Contains(closing.Text, "lin ended this topic") || late.Action != "refused" || late.Who != "mei" || closing.Where != room || late.Where != room {
		t.Errorf("the end of the story: %+v", lines[i:])
	}
}

// TestLeftAlone checks that the demo also ends if nobody resolves the risk.
func TestLeftAlone(t *testing.T) { onEach(t, testLeftAlone) }

func testLeftAlone(t *testing.T, home string) {
	lines := perform(t, home, func(p *play, s scene) error {
		s.acts, s.solver, s.last = nil, "", nil
		return p.run(t.Context(), []scene{s})
	})
	if last := lines[len(lines)-1]; last.Action != "send_group_message" {
		t.Errorf("the last thing that happens is %+v", last)
	}
}

func at(t *testing.T, l line) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, l.At)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
